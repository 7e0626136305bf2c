using System.Text.Json;

namespace Api.Keys;

/// <summary>
/// Handles the event of the key revocation function, <c>{"Kid":"…"}</c>: removes a compromised key from the ring at once. It is a
/// separate function that nothing in the deployment may invoke, because only the operator may revoke keys.
/// </summary>
internal sealed class KeyRevocation(KeyRingSecret secret, KeyOptions options, TimeProvider time)
{
    private readonly KeyRotationSteps _changes = new(secret, options, time);

    /// <summary>
    /// Revokes the key. If it was the active key, a new key signs immediately. The result describes what was done.
    /// </summary>
    /// <exception cref="InvalidOperationException">The event has no valid Kid, or there are no signing keys yet.</exception>
    /// <exception cref="KeyRingException">The key does not exist, or the secret cannot be read or written.</exception>
    public async Task<KeyRotationResult> HandleAsync(JsonElement input) => new(
        input.ValueKind is JsonValueKind.Object
        && input.TryGetProperty("Kid", out var kid)
        && kid.ValueKind is JsonValueKind.String
        && kid.GetString() is { Length: > 0 and <= 100 } named
            ? await _changes.RevokeAsync(named)
            : throw new InvalidOperationException("The event must have the member Kid: the key ID of the key to revoke."));
}
