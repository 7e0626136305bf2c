using System.Collections.Immutable;

namespace Api.Keys;

/// <summary>Every signing key in use, oldest first. The clock alone decides which one signs and which are published.</summary>
internal sealed class KeyRing
{
    /// <summary>What the strictest known verifier reads (an AWS load balancer).</summary>
    public const int MaximumKeys = 10;

    private readonly KeySchedule _schedule;
    private readonly ImmutableArray<SigningKey>[] _from;

    public KeyRing(ImmutableArray<SigningKey> keys, KeySchedule schedule)
    {
        if (keys is not { Length: > 0 and <= MaximumKeys })
        {
            throw new ArgumentException($"A key ring holds 1 to {MaximumKeys} keys.", nameof(keys));
        }

        // Every instance has to come to the same order, also where two keys were made in the same moment.
        Keys = [.. keys.OrderBy(key => key.CreatedAt).ThenBy(key => key.Kid, StringComparer.Ordinal)];
        _schedule = schedule;
        _from = [.. Keys.Select((_, index) => Keys[index..])];
    }

    public ImmutableArray<SigningKey> Keys { get; }

    /// <summary>The newest key that has been published for long enough.</summary>
    public SigningKey SigningKeyAt(DateTimeOffset now) => Keys[SigningIndexAt(now)];

    /// <summary>The key that signed the oldest token still alive, and all that came after it. The same set is the same array.</summary>
    public ImmutableArray<SigningKey> PublishedAt(DateTimeOffset now) => _from[SigningIndexAt(now - _schedule.Retention)];

    public KeyState StateAt(SigningKey key, DateTimeOffset now) =>
        key == SigningKeyAt(now) ? KeyState.Active
        : SignsFrom(key) > now ? KeyState.Pending
        : PublishedAt(now).Contains(key) ? KeyState.Retiring
        : KeyState.Gone;

    // Nobody has cached a key set yet when every key is new, so the first may sign at once.
    public DateTimeOffset SignsFrom(SigningKey key) =>
        key == Keys[0] ? key.CreatedAt : key.CreatedAt + _schedule.Propagation;

    /// <summary>When the key disappears from the key set; null while no newer key is there to replace it.</summary>
    public DateTimeOffset? PublishedUntil(SigningKey key) =>
        Keys.IndexOf(key) + 1 is var next && next < Keys.Length ? SignsFrom(Keys[next]) + _schedule.Retention : null;

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
