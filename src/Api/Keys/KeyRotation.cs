using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Api.Keys;

/// <summary>
/// The Lambda function that changes the key ring in its secret: the four steps of a Secrets Manager rotation, each safe to repeat;
/// the first key of a deployment; and the revocation of a key that is compromised. Handler
/// <c>Api::Api.Keys.KeyRotation::HandleAsync</c>.
/// </summary>
#pragma warning disable CA1515 // Lambda finds public classes only.
public sealed class KeyRotation
#pragma warning restore CA1515
{
    private readonly string _secretId;
    private readonly KeyRingChanges _changes;
    private readonly TextWriter _log;

    /// <summary>Reads the settings from the environment, as Lambda starts it.</summary>
    public KeyRotation()
        : this(FromEnvironment())
    {
    }

    internal KeyRotation(IServiceProvider services)
        : this(
            services.GetRequiredService<KeyRingSecret>(),
            services.GetRequiredService<KeyOptions>(),
            services.GetRequiredService<TimeProvider>(),
            // Not a logger of the framework's: those write in the background, and Lambda stops the process with the answer.
            Console.Out)
    {
    }

    internal KeyRotation(KeyRingSecret secret, KeyOptions options, TimeProvider time, TextWriter log)
    {
        if (options.SigningKeySecretId is "")
        {
            throw new OptionsValidationException(
                Options.DefaultName, typeof(KeyOptions), ["SigningKeySecretId is not set: it names the secret whose keys are rotated."]);
        }

        (_secretId, _changes, _log) = (options.SigningKeySecretId, new(secret, options, time), log);
    }

    /// <summary>Carries out what the event asks for; the answer says what has been done.</summary>
    /// <exception cref="InvalidOperationException">
    /// The event is not known, or what it asks for cannot be done: the current ring is as it was, a pending one may have been given up.
    /// </exception>
    /// <exception cref="KeyRingException">There is no such key, or the secret cannot be read or written.</exception>
    public async Task<Stream> HandleAsync(Stream input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var request = await KeyRotationRequest.ReadAsync(input);

        if (request.SecretId is { } secretId && !IsOurs(secretId))
        {
            throw new InvalidOperationException($"This function rotates the secret {_secretId}, not the one that the event names.");
        }

        var result = request switch
        {
            { Step: "createSecret", ClientRequestToken: { } version } => await _changes.CreateAsync(version),
            { Step: "setSecret", ClientRequestToken: not null } => "Nothing to set: verifiers fetch the keys.",
            { Step: "testSecret", ClientRequestToken: { } version } => await _changes.TestAsync(version),
            { Step: "finishSecret", ClientRequestToken: { } version } => await _changes.FinishAsync(version),
            { Operation: "Initialize" } => await _changes.InitializeAsync(),
            { Operation: "Revoke", Kid: { } kid } => await _changes.RevokeAsync(kid),
            _ => throw new InvalidOperationException(request.Unknown),
        };

        await _log.WriteLineAsync($"{request.Step ?? request.Operation}: {result}");

        return new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new KeyRotationResult(result), KeyRotationJson.Default.KeyRotationResult));
    }

    // The event has the ARN; the setting may have the name, which the ARN ends in before a random suffix.
    private bool IsOurs(string secretId) =>
        secretId == _secretId
        || (secretId.StartsWith("arn:", StringComparison.Ordinal)
            && secretId.Split(':') is [.., var name]
            && name.Length == _secretId.Length + 7
            && name.StartsWith(_secretId + "-", StringComparison.Ordinal));

    private static ServiceProvider FromEnvironment()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddKeys();

        return services.BuildServiceProvider();
    }
}
