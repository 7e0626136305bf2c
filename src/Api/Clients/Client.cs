using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Api.OAuth;
using Api.Storage;

namespace Api.Clients;

/// <summary>A registered client (RFC 6749 §2): its identity, its credentials and what it may request.</summary>
internal sealed partial record Client
{
    public const int MaximumIdLength = 100;

    /// <summary>Two secrets, so that a secret can be rotated without an outage.</summary>
    public const int MaximumSecrets = 2;

    public const int MaximumKeys = 10;

    /// <summary>
    /// The maximum size of <see cref="Claims"/> as JSON, in bytes. Every token contains them and must fit into a header.
    /// </summary>
    public const int MaximumClaimsLength = 4096;

    /// <summary>Claims that the server sets or that verifiers interpret (RFC 7519 §4.1, RFC 9068 §2.2, RFC 7800).</summary>
    public static readonly ImmutableHashSet<string> RegisteredClaims =
        ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "scope", "scp", "cnf", "act", "azp", "auth_time", "acr", "amr", "grant_id"];

    /// <summary>
    /// Names that a new claim cannot have, in any case: <see cref="RegisteredClaims"/>, because some verifiers ignore case, and
    /// claims that grant rights where they are understood (RFC 8693 §4.4, RFC 9396 §9.1).
    /// </summary>
    public static readonly ImmutableHashSet<string> ReservedClaims =
        RegisteredClaims.Union(["may_act", "authorization_details"]).WithComparer(StringComparer.OrdinalIgnoreCase);

    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    public required string ClientId { get; init; }

    public required string ClientName { get; init; }

    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>The only authentication method allowed. If null, any method for which the client has a secret or a key.</summary>
    public string? AuthenticationMethod { get; init; }

    public ImmutableArray<ClientSecret> Secrets { get; init; } = [];

    /// <summary>The public keys. Empty if the client has none or uses <see cref="JwksUri"/>.</summary>
    public ImmutableArray<ClientKey> Keys { get; init; } = [];

    public Uri? JwksUri { get; init; }

    public bool HasKeys => Keys is not [] || JwksUri is not null;

    /// <summary>Additional claims of the client's tokens, by name. Never one of <see cref="RegisteredClaims"/>.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Claims { get; init; } = ImmutableSortedDictionary<string, JsonElement>.Empty;

    /// <summary>The access token lifetime. If null, the server's default.</summary>
    public TimeSpan? AccessTokenLifetime { get; init; }

    /// <summary>How long the server returns the same token again. If null, each request gets a new token.</summary>
    public TimeSpan? AccessTokenReuse { get; init; }

    /// <summary>The grants that the client may use.</summary>
    public ImmutableArray<string> GrantTypes { get; init; } = OAuth.GrantTypes.Default;

    /// <summary>See <see cref="RedirectUri"/>.</summary>
    public ImmutableArray<string> RedirectUris { get; init; } = [];

    /// <summary>Where the browser can go after a logout (OpenID Connect RP-Initiated Logout 1.0 §3.1).</summary>
    public ImmutableArray<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Whether users are asked before this client gets a token of theirs.</summary>
    public bool RequireConsent { get; init; }

    /// <summary>Whether an authorization request needs a code challenge (RFC 7636). Only a confidential client can do without.</summary>
    public bool RequirePkce { get; init; } = true;

    /// <summary>Whether the client has no credentials (RFC 6749 §2.1).</summary>
    public bool IsPublic => AuthenticationMethod is AuthenticationMethods.None;

    public bool Enabled { get; init; } = true;

    /// <summary>When it was last disabled, or enabled again. All sign-ins to it until then have ended; null: never.</summary>
    public DateTimeOffset? DisabledAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The version of the stored document. It is different after each change.</summary>
    public string Version { get; init; } = Document.NewVersion();

    /// <summary>Whether the text is a valid client ID.</summary>
    public static bool IsId(string text) => Id().IsMatch(text);

    /// <summary>Whether the client may use this authentication method (RFC 7591 §2, <c>token_endpoint_auth_method</c>).</summary>
    public bool MayUse(string method) => AuthenticationMethod is null || AuthenticationMethod == method;

    public bool MayUseGrant(string grantType) => GrantTypes.Contains(grantType, StringComparer.Ordinal);

    /// <summary>Finds the valid secret with this hash. The comparison takes the same time for every client.</summary>
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

    // Characters that need no escaping in a URL, a form or HTTP Basic. A leading letter or digit excludes the path segments "."
    // and "..".
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._~-]{0,99}\\z")]
    private static partial Regex Id();
}
