using System.Text.Json;

namespace Api.Keys;

/// <summary>
/// Handles the events of the key rotation function: the four steps of a Secrets Manager rotation, each idempotent, and the
/// creation of the first key. No event revokes a key, because the web API may invoke this function.
/// </summary>
internal sealed class KeyRotation(KeyRingSecret secret, KeyOptions options, TimeProvider time)
{
    private readonly KeyRotationSteps _changes = new(secret, options, time);

    /// <summary>Handles the event. The result describes what was done.</summary>
    /// <exception cref="InvalidOperationException">
    /// The event is unknown or cannot be carried out. The current ring is unchanged. A pending ring may have been dropped.
    /// </exception>
    /// <exception cref="KeyRingException">The secret cannot be read or written.</exception>
    public async Task<KeyRotationResult> HandleAsync(JsonElement input)
    {
        var request = KeyRotationRequest.Read(input);

        if (request.SecretId is { } secretId && !IsOurs(secretId))
        {
            throw new InvalidOperationException(
                $"This function rotates the secret {secret.SecretId}, but the event names another secret.");
        }

        return new(request switch
        {
            { Step: "createSecret", ClientRequestToken: { } version } => await _changes.CreateAsync(version),
            { Step: "setSecret", ClientRequestToken: not null } => "Nothing to set: verifiers fetch the keys from the key set.",
            { Step: "testSecret", ClientRequestToken: { } version } => await _changes.TestAsync(version),
            { Step: "finishSecret", ClientRequestToken: { } version } => await _changes.FinishAsync(version),
            { Operation: "Initialize" } => await InitializeAsync(),
            _ => throw new InvalidOperationException(request.Unknown),
        });
    }

    /// <summary>Creates the first key if there is none. The result describes what was done.</summary>
    /// <exception cref="KeyRingException">The secret cannot be read or written.</exception>
    public Task<string> InitializeAsync() => _changes.InitializeAsync();

    // The event has the ARN. The setting can have the name, to which the ARN adds a hyphen and six random characters.
    private bool IsOurs(string secretId) =>
        secretId == secret.SecretId
        || (secretId.StartsWith("arn:", StringComparison.Ordinal)
            && secretId.Split(':') is [.., var name]
            && name.Length == secret.SecretId.Length + 7
            && name.StartsWith(secret.SecretId + "-", StringComparison.Ordinal));
}
