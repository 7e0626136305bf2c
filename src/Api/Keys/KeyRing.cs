using System.Collections.Immutable;

namespace Api.Keys;

/// <summary>
/// The signing keys in use, oldest first. The current time alone determines which key signs and which keys are published, so that
/// no stored state has to be updated when they change.
/// </summary>
internal sealed class KeyRing
{
    /// <summary>The smallest limit of a known verifier (AWS Application Load Balancer).</summary>
    public const int MaximumKeys = 10;

    private readonly KeySchedule _schedule;
    private readonly ImmutableArray<SigningKey>[] _from;

    public KeyRing(ImmutableArray<SigningKey> keys, KeySchedule schedule)
    {
        if (keys is not { Length: > 0 and <= MaximumKeys })
        {
            throw new ArgumentException($"A key ring holds 1 to {MaximumKeys} keys.", nameof(keys));
        }

        // All instances must sort the keys in the same order, even if two keys have the same creation time.
        Keys = keys.Sort((one, other) => one.CreatedAt.CompareTo(other.CreatedAt) is not 0 and var order
            ? order
            : string.CompareOrdinal(one.Kid, other.Kid));
        _schedule = schedule;
        _from = new ImmutableArray<SigningKey>[Keys.Length];

        for (var index = 0; index < Keys.Length; index++)
        {
            _from[index] = Keys[index..];
        }
    }

    public ImmutableArray<SigningKey> Keys { get; }

    public SigningKey Newest => Keys[^1];

    /// <summary>The newest key that has been published for the propagation time.</summary>
    public SigningKey SigningKeyAt(DateTimeOffset now) => Keys[SigningIndexAt(now)];

    /// <summary>
    /// The key that signed the oldest token that is still valid, and all newer keys. Equal sets are the same array instance.
    /// </summary>
    public ImmutableArray<SigningKey> PublishedAt(DateTimeOffset now) => _from[SigningIndexAt(now - _schedule.Retention)];

    public KeyState StateAt(SigningKey key, DateTimeOffset now) =>
        key == SigningKeyAt(now) ? KeyState.Active
        : SignsFrom(key) > now ? KeyState.Pending
        : PublishedAt(now).Contains(key) ? KeyState.Retiring
        : KeyState.Gone;

    // If every key is new, no verifier has cached a key set yet, so the first key can sign at once.
    public DateTimeOffset SignsFrom(SigningKey key) =>
        key == Keys[0] ? key.CreatedAt : key.CreatedAt + _schedule.Propagation;

    /// <summary>When the key leaves the key set, or null while there is no newer key.</summary>
    public DateTimeOffset? PublishedUntil(SigningKey key) =>
        Keys.IndexOf(key) + 1 is var next && next < Keys.Length ? SignsFrom(Keys[next]) + _schedule.Retention : null;

    public bool RotationIsDueAt(DateTimeOffset now) => Newest.CreatedAt + _schedule.RotationInterval <= now;

    /// <summary>Whether the scheduled rotation appears to have stopped.</summary>
    public bool RotationIsOverdueAt(DateTimeOffset now) => Newest.CreatedAt + (2 * _schedule.RotationInterval) <= now;

    public string OverdueWarning =>
        $"The newest signing key was created at {Newest.CreatedAt:u}, more than twice the KeyRotationInterval ago. Find out "
        + "why the rotation fails.";

    /// <summary>When one more key can be added, or null if it can be added now.</summary>
    public DateTimeOffset? FullUntil(DateTimeOffset now) =>
        PublishedAt(now) is { Length: MaximumKeys } published ? PublishedUntil(published[0]) : null;

    /// <summary>Throws if a key cannot be added now.</summary>
    /// <exception cref="KeyRingFullException">More than <see cref="MaximumKeys"/> keys would be published.</exception>
    /// <exception cref="KeyRingException">The clock is too far behind or ahead of the newest key.</exception>
    public void RequireRotatable(DateTimeOffset now)
    {
        if (FindClockFault(now) is { } fault)
        {
            throw KeyRingException.Unchanged(fault);
        }

        if (FullUntil(now) is { } until)
        {
            throw new KeyRingFullException(until);
        }
    }

    /// <summary>Adds a key, which signs after the propagation time, and drops the keys whose tokens have all expired.</summary>
    /// <exception cref="KeyRingException">The key cannot be added now, see <see cref="RequireRotatable"/>.</exception>
    public KeyRing Rotate(SigningKey next, DateTimeOffset now)
    {
        RequireRotatable(now);

        // The new key must be the newest, even if this clock is behind the one that dated the others. The oldest key of a ring
        // signs at once.
        var earliest = Newest.CreatedAt + TimeSpan.FromTicks(1);

        return new([.. PublishedAt(now), next.DatedTo(now > earliest ? now : earliest)], _schedule);
    }

    /// <summary>
    /// Removes a key at once. If it was the active key, <paramref name="fresh"/> signs immediately, although verifiers with a
    /// cached key set do not know it yet. To achieve this, its creation time is set back by the propagation time. A wrong clock
    /// does not prevent revocation.
    /// </summary>
    /// <exception cref="KeyRingException">The key does not exist.</exception>
    public KeyRing Revoke(string kid, SigningKey fresh, DateTimeOffset now)
    {
        if (Keys.FirstOrDefault(key => key.Kid == kid) is not { } revoked)
        {
            throw new KeyRingException("There is no signing key with this kid. The existing keys are "
                + $"{string.Join(", ", Keys.Select(key => key.Kid))}.");
        }

        // If the clock is wrong, it cannot tell which other keys are still in use, so keep all of them.
        var others = (FindClockFault(now) is null ? PublishedAt(now) : Keys).Remove(revoked);

        if (revoked != SigningKeyAt(now))
        {
            return new(others, _schedule);
        }

        // Date the new key after every key that has already signed, so that none of them signs again, and before every pending
        // key.
        var date = now - _schedule.Propagation;
        var earliest = others.LastOrDefault(key => SignsFrom(key) <= now) is { } last ? last.CreatedAt + TimeSpan.FromTicks(1) : date;

        return new([.. others, fresh.DatedTo(date > earliest ? date : earliest)], _schedule);
    }

    /// <summary>
    /// Whether this ring is <paramref name="current"/> with one more key. No other key was added or removed since this ring was
    /// created, and the new key is not so old that it would sign before the propagation time has passed.
    /// </summary>
    public bool IsSuccessorOf(KeyRing current, DateTimeOffset now) =>
        Newest.CreatedAt + KeySchedule.MaximumRotationDuration >= now
        && Keys[..^1].All(key => current.Keys.Any(other => other.Kid == key.Kid))
        && current.PublishedAt(now).All(key => Keys.Any(other => other.Kid == key.Kid));

    public bool HasSameKeysAs(KeyRing other) =>
        Keys.Select(key => (key.Kid, key.CreatedAt)).SequenceEqual(other.Keys.Select(key => (key.Kid, key.CreatedAt)));

    // With a clock that is ahead, a rotation would drop keys in use and date the new key so late that no later key could sign for
    // as long.
    private string? FindClockFault(DateTimeOffset now)
    {
        if (now < Newest.CreatedAt - KeySchedule.ClockTolerance)
        {
            return $"This clock shows {now:u}, which is before the newest signing key was created ({Newest.CreatedAt:u}). "
                + $"Nothing was changed. Correct the clock. If it is right, a wrong clock dated the key {Newest.Kid}: revoke "
                + "that key, or rotate after that time.";
        }

        var unexplained = now - Newest.CreatedAt - KeySchedule.LongestPause;

        return unexplained <= _schedule.RotationInterval ? null
            : $"This clock shows {now:u}, but the newest signing key was created at {Newest.CreatedAt:u}, longer ago than "
                + $"KeyRotationInterval plus {KeySchedule.LongestPause.Days} days. With a clock that is ahead, a rotation "
                + "would drop keys that are in use. Nothing was changed. Correct the clock. If it is right, set "
                + "KeyRotationInterval to at least "
                + $"{Math.Ceiling(unexplained.TotalDays)}.00:00:00 for one rotation.";
    }

    private int SigningIndexAt(DateTimeOffset now)
    {
        var index = Keys.Length - 1;

        while (index > 0 && SignsFrom(Keys[index]) > now)
        {
            index--;
        }

        return index;
    }
}
