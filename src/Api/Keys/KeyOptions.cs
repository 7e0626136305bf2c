using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.Keys;

/// <summary>The settings for signing keys: size, schedule and store. They are read once, at startup.</summary>
internal sealed class KeyOptions
{
    /// <summary>The size in bits of new RSA keys.</summary>
    public int KeySize { get; set; } = 2048;

    /// <summary>How often a new key is created.</summary>
    public TimeSpan KeyRotationInterval { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a new key is published before it signs.</summary>
    public TimeSpan KeyPropagation { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long the app uses a loaded key ring before it loads it again.</summary>
    public TimeSpan KeyCacheAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The Secrets Manager secret (name or ARN) that holds the key ring. If empty, a file in <c>DataDirectory</c> holds it.
    /// </summary>
    public string SigningKeySecretId { get; set; } = "";
}

/// <summary>Validates <see cref="KeyOptions"/>. Each message names the setting and the consequence.</summary>
internal sealed class KeyOptionsValidator : IValidateOptions<KeyOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyOptions options)
    {
        string[] failures = [.. Failures(options)];

        return failures is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(KeyOptions options)
    {
        if (options.KeySize is not (2048 or 3072 or 4096))
        {
            yield return $"KeySize '{options.KeySize}' must be 2048, 3072 or 4096. Verifiers reject smaller keys, and larger "
                + "keys are slow.";
        }

        if (options.KeyCacheAge < TimeSpan.FromSeconds(1) || options.KeyCacheAge > TimeSpan.FromHours(1))
        {
            yield return $"KeyCacheAge '{options.KeyCacheAge}' must be from 00:00:01 to 01:00:00 (hours:minutes:seconds). With a "
                + "shorter value, every request loads the keys. With a longer one, a revoked key stays in use for too long.";

            yield break;
        }

        var shortest = ShortestPropagation(options);

        if (options.KeyPropagation <= shortest || options.KeyPropagation > TimeSpan.FromDays(30))
        {
            yield return $"KeyPropagation '{options.KeyPropagation}' must be longer than {shortest} and at most 30.00:00:00. "
                + "Otherwise, a gateway rejects tokens of a new key that is not yet in its cached key set.";

            yield break;
        }

        var schedule = KeySchedule.From(options);
        // Pending and retiring keys: one per interval within propagation plus retention, and one for partial intervals. The
        // active key is one more.
        var shortestInterval = (schedule.Propagation + schedule.Retention) / (KeyRing.MaximumKeys - 2);

        if (options.KeyRotationInterval < shortestInterval || options.KeyRotationInterval > TimeSpan.FromDays(1000))
        {
            yield return $"KeyRotationInterval '{options.KeyRotationInterval}' must be from {shortestInterval:d\\.hh\\:mm\\:ss} to "
                + $"1000.00:00:00. With a shorter interval, more than {KeyRing.MaximumKeys} keys would be published at once.";
        }
    }

    /// <summary>
    /// The longest time until every verifier knows a new key: chained caches, a slow rotation and the skew of two clocks.
    /// </summary>
    private static TimeSpan ShortestPropagation(KeyOptions options) =>
        AuthorizationServerOptions.GatewayCacheAge
        + AuthorizationServerOptions.WellKnownMaxAge
        + options.KeyCacheAge
        + KeySchedule.MaximumRotationDuration
        + (2 * AuthorizationServerOptions.ClockSkew);
}
