using System.Collections.Immutable;

namespace Api.Keys;

/// <summary>
/// Every signing key in use, oldest first. The clock alone decides which one signs and which are published: there is nothing to
/// set when a key's time comes, so there is nothing that can be forgotten.
/// </summary>
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

    public bool RotationIsDueAt(DateTimeOffset now) => Newest.CreatedAt + _schedule.RotationInterval <= now;

    /// <summary>Whether whoever should rotate the keys has stopped doing so.</summary>
    public bool RotationIsOverdueAt(DateTimeOffset now) => Newest.CreatedAt + (2 * _schedule.RotationInterval) <= now;

    public string OverdueWarning =>
        $"The newest signing key was made at {Newest.CreatedAt:u}, more than twice the KeyRotationInterval ago: find out why the "
        + "rotation fails.";

    /// <summary>When there is room for one more key; null where there is room now.</summary>
    public DateTimeOffset? FullUntil(DateTimeOffset now) =>
        PublishedAt(now) is { Length: MaximumKeys } published ? PublishedUntil(published[0]) : null;

    /// <summary>Checks that a key can be added now.</summary>
    /// <exception cref="KeyRingFullException">More than <see cref="MaximumKeys"/> keys would be published.</exception>
    /// <exception cref="KeyRingException">The clock is behind or ahead of the newest key by more than the schedule explains.</exception>
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

    /// <summary>Adds a key, which signs when it has been published for long enough, and drops those whose tokens have all died.</summary>
    /// <exception cref="KeyRingException">It cannot be added now, see <see cref="RequireRotatable"/>.</exception>
    public KeyRing Rotate(SigningKey next, DateTimeOffset now)
    {
        RequireRotatable(now);

        // Behind every other key, also where this clock is behind the one that dated them: the oldest key signs at once.
        var earliest = Newest.CreatedAt + TimeSpan.FromTicks(1);

        return new([.. PublishedAt(now), next.DatedTo(now > earliest ? now : earliest)], _schedule);
    }

    /// <summary>
    /// Takes a key out at once. Was it the one that signs, then <paramref name="fresh"/> signs from now on, though verifiers that
    /// cache key sets do not know it yet: for that it is dated back by the time that it should have been published. A wrong clock does
    /// not prevent it.
    /// </summary>
    /// <exception cref="KeyRingException">There is no such key.</exception>
    public KeyRing Revoke(string kid, SigningKey fresh, DateTimeOffset now)
    {
        if (Keys.FirstOrDefault(key => key.Kid == kid) is not { } revoked)
        {
            throw new KeyRingException($"There is no signing key with this kid; there are {string.Join(", ", Keys.Select(key => key.Kid))}.");
        }

        // A clock that is wrong does not tell which of the others are still in use.
        var others = (FindClockFault(now) is null ? PublishedAt(now) : Keys).Remove(revoked);

        if (revoked != SigningKeyAt(now))
        {
            return new(others, _schedule);
        }

        // Behind the keys that have signed before, or one of them would sign again; ahead of those whose time has not come.
        var date = now - _schedule.Propagation;
        var earliest = others.LastOrDefault(key => SignsFrom(key) <= now) is { } last ? last.CreatedAt + TimeSpan.FromTicks(1) : date;

        return new([.. others, fresh.DatedTo(date > earliest ? date : earliest)], _schedule);
    }

    /// <summary>
    /// Whether this ring still is <paramref name="current"/> with one more key: nothing else has been added or taken out since it
    /// was made, and the new key is not so old that it would sign before it has been published for long enough.
    /// </summary>
    public bool IsSuccessorOf(KeyRing current, DateTimeOffset now) =>
        Newest.CreatedAt + KeySchedule.MaximumRotationDuration >= now
        && Keys[..^1].All(key => current.Keys.Any(other => other.Kid == key.Kid))
        && current.PublishedAt(now).All(key => Keys.Any(other => other.Kid == key.Kid));

    public bool HasSameKeysAs(KeyRing other) =>
        Keys.Select(key => (key.Kid, key.CreatedAt)).SequenceEqual(other.Keys.Select(key => (key.Kid, key.CreatedAt)));

    // A clock that is ahead would drop keys that are in use, and date the next one so that no other comes to sign for as long.
    private string? FindClockFault(DateTimeOffset now)
    {
        if (now < Newest.CreatedAt - KeySchedule.ClockTolerance)
        {
            return $"This clock says {now:u}, which is before the newest signing key was made ({Newest.CreatedAt:u}). Nothing has changed. "
                + $"Correct the clock. If it is right, the key {Newest.Kid} was made by a wrong clock: revoke it, or rotate after that time.";
        }

        var unexplained = now - Newest.CreatedAt - KeySchedule.LongestPause;

        return unexplained <= _schedule.RotationInterval ? null
            : $"This clock says {now:u}, but the newest signing key was made at {Newest.CreatedAt:u}: longer ago than KeyRotationInterval "
                + $"and a pause of {KeySchedule.LongestPause.Days} days explain. A clock that is ahead would drop keys that are in use. Nothing "
                + "has changed. Correct the clock. If it is right, set KeyRotationInterval to at least "
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
