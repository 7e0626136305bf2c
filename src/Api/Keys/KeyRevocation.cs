using System.Text.Json;

namespace Api.Keys;

/// <summary>
/// The event of the key revocation function, <c>{"Kid":"…"}</c>: takes a compromised key out of the ring at once. A function of its
/// own, which nothing in the deployment may start: revocation is for the operator.
/// </summary>
internal sealed class KeyRevocation(KeyRingSecret secret, KeyOptions options, TimeProvider time)
{
    private readonly KeyRotationSteps _changes = new(secret, options, time);

    /// <summary>Revokes the key. If it is the one that signs, a new key signs from now on. The result says what was done.</summary>
    /// <exception cref="InvalidOperationException">The event names no key, or there are no keys yet.</exception>
    /// <exception cref="KeyRingException">There is no such key, or the secret cannot be read or written.</exception>
    public async Task<KeyRotationResult> HandleAsync(JsonElement input) => new(
        input.ValueKind is JsonValueKind.Object
        && input.TryGetProperty("Kid", out var kid)
        && kid.ValueKind is JsonValueKind.String
        && kid.GetString() is { Length: > 0 and <= 100 } named
            ? await _changes.RevokeAsync(named)
            : throw new InvalidOperationException("The event must have Kid, the key ID of the key to revoke."));
}
