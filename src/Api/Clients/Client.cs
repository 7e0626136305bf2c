using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Api.Storage;

namespace Api.Clients;

/// <summary>A registered client (RFC 6749 §2): who it is, how it proves that, and what it may be given.</summary>
internal sealed partial record Client
{
    public const int MaximumIdLength = 100;

    /// <summary>One in use and one on its way in or out.</summary>
    public const int MaximumSecrets = 2;

    public const int MaximumKeys = 10;

    /// <summary>Bytes of <see cref="Claims"/> as JSON: they are in each token, and a token has to fit into a request's headers.</summary>
    public const int MaximumClaimsLength = 4096;

    /// <summary>What the server says of a token itself, or a verifier reads as such (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7800).</summary>
    public static readonly ImmutableHashSet<string> RegisteredClaims =
        ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "scp", "cnf", "act", "azp", "auth_time", "acr", "amr"];

    /// <summary>
    /// What no claim of a client is newly named, in any case: <see cref="RegisteredClaims"/>, which some verifiers read in any case, and
    /// what gives rights where it is understood (RFC 8693 §4.4, RFC 9396 §9.1).
    /// </summary>
    public static readonly ImmutableHashSet<string> ReservedClaims =
        RegisteredClaims.Union(["may_act", "authorization_details"]).WithComparer(StringComparer.OrdinalIgnoreCase);

    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    public required string ClientId { get; init; }

    public required string ClientName { get; init; }

    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>The only way in which it may authenticate; null: any for which it has a secret or a key.</summary>
    public string? AuthenticationMethod { get; init; }

    public ImmutableArray<ClientSecret> Secrets { get; init; } = [];

    /// <summary>Its public keys; empty where it has none, or has them at <see cref="JwksUri"/>.</summary>
    public ImmutableArray<ClientKey> Keys { get; init; } = [];

    public Uri? JwksUri { get; init; }

    public bool HasKeys => Keys is not [] || JwksUri is not null;

    /// <summary>Claims of its own for each of its tokens, by name; never one of <see cref="RegisteredClaims"/>.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Claims { get; init; } = ImmutableSortedDictionary<string, JsonElement>.Empty;

    /// <summary>Null: the server's own.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    /// <summary>For how long it gets the same token again; null: each request gets a new one.</summary>
    public TimeSpan? AccessTokenReuse { get; init; }

    public bool Enabled { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The version of the stored document. It is different after each change.</summary>
    public string Version { get; init; } = Document.NewVersion();

    /// <summary>Whether a text can be the id of a client.</summary>
    public static bool IsId(string text) => Id().IsMatch(text);

    /// <summary>Whether it may authenticate with this method (RFC 7591 §2, <c>token_endpoint_auth_method</c>).</summary>
    public bool MayUse(string method) => AuthenticationMethod is null || AuthenticationMethod == method;

    /// <summary>The live secret with this hash; null where there is none. Costs the same whatever the client holds.</summary>
    public ClientSecret? FindSecret(ReadOnlySpan<byte> sha256, DateTimeOffset now)
    {
        ClientSecret? found = null;

        for (var slot = 0; slot < MaximumSecrets; slot++)
        {
            var secret = slot < Secrets.Length ? Secrets[slot] : null;

            if (CryptographicOperations.FixedTimeEquals(sha256, secret is null ? NoHash : secret.Sha256.Span) & secret?.IsLiveAt(now) is true)
            {
                found = secret;
            }
        }

        return found;
    }

    // What needs no escaping in an address, a form or HTTP Basic, and is no step in a path.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}\\z")]
    private static partial Regex Id();
}
