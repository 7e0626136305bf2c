using Api.Configuration;
using Microsoft.Extensions.Options;

namespace Api.Keys;

/// <summary>How signing keys are made, how long each does what, and where they are kept. Read once, at the start.</summary>
internal sealed class KeyOptions
{
    /// <summary>Bits of the next RSA key.</summary>
    public int KeySize { get; set; } = 2048;

    /// <summary>How often a new key is made.</summary>
    public TimeSpan KeyRotationInterval { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a new key is published before it signs.</summary>
    public TimeSpan KeyPropagation { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long the app uses its copy of the key ring before it loads it again.</summary>
    public TimeSpan KeyCacheAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The Secrets Manager secret (name or ARN) that holds the key ring; empty: a file in <c>DataDirectory</c>.</summary>
    public string SigningKeySecretId { get; set; } = "";
}

/// <summary>The rules of <see cref="KeyOptions"/>: each message names the setting and what it would have broken.</summary>
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
            yield return $"KeySize '{options.KeySize}' must be 2048, 3072 or 4096: verifiers refuse smaller keys, larger ones are slow.";
        }

        if (options.KeyCacheAge < TimeSpan.FromSeconds(1) || options.KeyCacheAge > TimeSpan.FromHours(1))
        {
            yield return $"KeyCacheAge '{options.KeyCacheAge}' must be from 00:00:01 to 01:00:00 (hours:minutes:seconds), or the app "
                + "asks for its keys all the time, or learns of a revoked key too late.";

            yield break;
        }

        var shortest = ShortestPropagation(options);

        if (options.KeyPropagation <= shortest || options.KeyPropagation > TimeSpan.FromDays(30))
        {
            yield return $"KeyPropagation '{options.KeyPropagation}' must be longer than {shortest} (and at most 30.00:00:00), or a "
                + "gateway meets tokens of a key that its cached key set lacks.";

            yield break;
        }

        var schedule = KeySchedule.From(options);
        // Keys published at once, when one is made each interval: those that do not sign yet or no more, and the one between.
        var shortestInterval = (schedule.Propagation + schedule.Retention) / (KeyRing.MaximumKeys - 2);

        if (options.KeyRotationInterval < shortestInterval || options.KeyRotationInterval > TimeSpan.FromDays(1000))
        {
            yield return $"KeyRotationInterval '{options.KeyRotationInterval}' must be from {shortestInterval:d\\.hh\\:mm\\:ss} to "
                + $"1000.00:00:00, or more than {KeyRing.MaximumKeys} keys would be published at once.";
        }
    }

    /// <summary>All that can hide a new key from a verifier: caches one behind the other, a slow rotation, two wrong clocks.</summary>
    private static TimeSpan ShortestPropagation(KeyOptions options) =>
        AuthorizationServerOptions.GatewayCacheAge
        + AuthorizationServerOptions.WellKnownMaxAge
        + options.KeyCacheAge
        + KeySchedule.MaximumRotationDuration
        + (2 * AuthorizationServerOptions.ClockSkew);
}
