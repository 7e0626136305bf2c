using Api.Configuration;

namespace Api.Keys;

/// <summary>
/// The times of a signing key: published before it signs, published after it has stopped signing, and the interval of rotations.
/// </summary>
internal sealed record KeySchedule(TimeSpan Propagation, TimeSpan Retention, TimeSpan RotationInterval)
{
    /// <summary>
    /// How long a rotation may take from the creation of a key to its publication. A key that is published later would sign
    /// before all cached key sets contain it.
    /// </summary>
    public static readonly TimeSpan MaximumRotationDuration = TimeSpan.FromMinutes(15);

    /// <summary>How far the clock of a rotation may be behind the newest key: the skew of two clocks, with a margin.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>How late a rotation may be before the clock is considered wrong. A server may be stopped for this long.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromDays(30);

    /// <summary>
    /// Creates the schedule. Retention is the longest token lifetime plus the gateway cache age and the skew of two clocks.
    /// </summary>
    public static KeySchedule From(KeyOptions options) => new(
        options.KeyPropagation,
        AuthorizationServerOptions.LongestTokenLifetime
            + AuthorizationServerOptions.GatewayCacheAge
            + (2 * AuthorizationServerOptions.ClockSkew),
        options.KeyRotationInterval);
}
