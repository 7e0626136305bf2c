using System.Collections.Immutable;
using System.Text.Json;

namespace Api.Keys;

/// <summary>The published signing keys, oldest first. <c>warning</c> is present only if an administrator must act.</summary>
internal sealed record KeyList(ImmutableArray<KeyStatus> Keys, string? Warning)
{
    public static KeyList From(KeyRing ring, DateTimeOffset now) => new(
        [
            .. ring.PublishedAt(now).Select(key => new KeyStatus(
                key.Kid,
                JsonNamingPolicy.SnakeCaseLower.ConvertName(ring.StateAt(key, now).ToString()),
                key.CreatedAt,
                ring.SignsFrom(key),
                ring.PublishedUntil(key))),
        ],
        ring.RotationIsOverdueAt(now) ? ring.OverdueWarning : null);
}

/// <summary>A signing key without its key material. <c>published_until</c> is omitted while there is no newer key.</summary>
internal sealed record KeyStatus(
    string Kid, string State, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, DateTimeOffset? PublishedUntil);

/// <summary>
/// The times that follow from a rotation: when the new key signs, and until when the current signing key is published.
/// </summary>
internal sealed record KeyRotationTimes(DateTimeOffset RequestedAt, DateTimeOffset SignsFrom, DateTimeOffset PreviousPublishedUntil)
{
    public static KeyRotationTimes From(KeySchedule schedule, DateTimeOffset now) =>
        new(now, now + schedule.Propagation, now + schedule.Propagation + schedule.Retention);
}
