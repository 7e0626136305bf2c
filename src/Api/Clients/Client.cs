using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Api.Clients;

/// <summary>A registered client (RFC 6749 §2): who it is, how it proves that, and what it may be given.</summary>
internal sealed record Client
{
    public const int MaximumIdLength = 100;

    /// <summary>One in use and one on its way in or out.</summary>
    public const int MaximumSecrets = 2;

    /// <summary>What the server says of a token itself, or a verifier reads as such (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7800).</summary>
    public static readonly ImmutableHashSet<string> RegisteredClaims =
        ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "scp", "cnf", "act", "azp", "auth_time", "acr", "amr"];

    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    public required string ClientId { get; init; }

    public required string ClientName { get; init; }

    public required ImmutableArray<string> Scopes { get; init; }

    public ImmutableArray<ClientSecret> Secrets { get; init; } = [];

    /// <summary>Claims of its own for each of its tokens, by name; never one of <see cref="RegisteredClaims"/>.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Claims { get; init; } = ImmutableSortedDictionary<string, JsonElement>.Empty;

    /// <summary>Null: the server's own.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    public bool Enabled { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether the hash is that of a live secret. Costs the same whatever it holds.</summary>
    public bool HasSecret(ReadOnlySpan<byte> sha256)
    {
        var found = false;

        for (var slot = 0; slot < MaximumSecrets; slot++)
        {
            var isLive = slot < Secrets.Length;
            found |= CryptographicOperations.FixedTimeEquals(sha256, isLive ? Secrets[slot].Sha256.Span : NoHash) & isLive;
        }

        return found;
    }
}
