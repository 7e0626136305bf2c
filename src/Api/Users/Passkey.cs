using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Api.Users;

/// <summary>A passkey of a user: a discoverable WebAuthn credential (Web Authentication Level 3 §4).</summary>
internal sealed record Passkey
{
    public const int MaximumNameLength = 60;

    public required ImmutableArray<byte> CredentialId { get; init; }

    /// <summary>Identifies the passkey to administrators and to its user.</summary>
    public string Id => IdOf(CredentialId.AsSpan());

    /// <summary>The public key in COSE form (RFC 9052 §7).</summary>
    public required ImmutableArray<byte> PublicKey { get; init; }

    /// <summary>The name that the user gave it.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last sign-in; null: none yet.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>The signature counter of the last sign-in. An authenticator without a counter sends 0.</summary>
    public uint SignCount { get; init; }

    public ImmutableArray<string> Transports { get; init; } = [];

    /// <summary>Whether the authenticator can synchronize the passkey to other devices.</summary>
    public bool IsBackupEligible { get; init; }

    public bool IsBackedUp { get; init; }

    /// <summary>The version of the stored document. It is different after each change.</summary>
    public string Version { get; init; } = Storage.Document.NewVersion();

    // The authenticator chooses the credential ID, which can be longer than a key of the document store.
    public static string IdOf(ReadOnlySpan<byte> credentialId) => Base64Url.EncodeToString(SHA256.HashData(credentialId));
}
