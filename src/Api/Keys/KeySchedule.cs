namespace Api.Keys;

/// <summary>How long a key is published before it signs, and how long after it has signed its last token.</summary>
internal sealed record KeySchedule(TimeSpan Propagation, TimeSpan Retention)
{
    /// <summary>Retention is derived: the longest life of a token, and all that caches and clocks may add to it.</summary>
    public static KeySchedule From(AuthorizationServerOptions options) => new(
        options.KeyPropagation,
        AuthorizationServerOptions.LongestTokenLifetime
            + AuthorizationServerOptions.GatewayCacheAge
            + AuthorizationServerOptions.ClockSkew);
}
