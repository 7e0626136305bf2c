using Api.Configuration;

namespace Api.Keys;

/// <summary>
/// How long a key is published before it signs, how long after it has signed its last token, and how often a new one is made.
/// </summary>
internal sealed record KeySchedule(TimeSpan Propagation, TimeSpan Retention, TimeSpan RotationInterval)
{
    /// <summary>
    /// How long a rotation may take from the making of a key to its publication; a key that is late would sign before those who
    /// cache key sets have seen it for long enough.
    /// </summary>
    public static readonly TimeSpan MaximumRotationDuration = TimeSpan.FromMinutes(15);

    /// <summary>How far the clock of a rotation may be behind the one that dated the newest key: two that are off, and some more.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>How late a rotation may be before its clock is taken to be wrong: as long as a server may stand still.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromDays(30);

    /// <summary>Retention is derived: the longest life of a token, and all that caches and clocks may add to it.</summary>
    public static KeySchedule From(KeyOptions options) => new(
        options.KeyPropagation,
        AuthorizationServerOptions.LongestTokenLifetime
            + AuthorizationServerOptions.GatewayCacheAge
            + (2 * AuthorizationServerOptions.ClockSkew),
        options.KeyRotationInterval);
}
