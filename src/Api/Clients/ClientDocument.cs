using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Configuration;
using Api.Foundation.Json;
using Api.Foundation.Net;
using Api.OAuth;

namespace Api.Clients;

/// <summary>A client as it is kept: JSON with the member names of RFC 7591 §2 where it has them. Lifetimes in seconds.</summary>
internal sealed record ClientDocument(
    string ClientId,
    string ClientName,
    string Scope,
    ImmutableArray<ClientDocument.Secret> Secrets,
    ImmutableSortedDictionary<string, JsonElement> Claims,
    bool Enabled,
    DateTimeOffset CreatedAt,
    // What documents of earlier programs lack, or may be left out.
    DateTimeOffset? UpdatedAt = null,
    int? AccessTokenLifetime = null,
    string? TokenEndpointAuthMethod = null,
    ImmutableArray<JsonElement> Jwks = default,
    string? JwksUri = null,
    int? AccessTokenReuse = null,
    ImmutableArray<string>? GrantTypes = null,
    ImmutableArray<string>? RedirectUris = null,
    ImmutableArray<string>? PostLogoutRedirectUris = null,
    bool? RequireConsent = null,
    bool? RequirePkce = null,
    DateTimeOffset? DisabledAt = null)
{
    internal sealed record Secret(string Id, byte[] Sha256, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt = null, DateOnly? LastUsed = null);

    public static string Write(Client client) => JsonSerializer.Serialize(
        new(
            client.ClientId,
            client.ClientName,
            string.Join(' ', client.Scopes),
            [.. client.Secrets.Select(secret => new Secret(secret.Id, secret.Sha256.ToArray(), secret.CreatedAt, secret.ExpiresAt, secret.LastUsed))],
            client.Claims,
            client.Enabled,
            client.CreatedAt,
            client.UpdatedAt,
            (int?)client.AccessTokenLifetime?.TotalSeconds,
            client.AuthenticationMethod,
            [.. client.Keys.Select(key => JsonSerializer.SerializeToElement(key.Jwk, ClientJson.Default.PublicJwk))],
            client.JwksUri?.OriginalString,
            (int?)client.AccessTokenReuse?.TotalSeconds,
            client.GrantTypes.SequenceEqual(OAuth.GrantTypes.Default) ? null : client.GrantTypes,
            client.RedirectUris is [] ? null : client.RedirectUris,
            client.PostLogoutRedirectUris is [] ? null : client.PostLogoutRedirectUris,
            client.RequireConsent ? true : null,
            client.RequirePkce ? null : false,
            client.DisabledAt),
        ClientJson.Default.ClientDocument);

    /// <summary>Reads a stored client and checks it by the rules, so that a modified database gives no more rights.</summary>
    /// <param name="clientId">The ID that the document is stored under. The document must have the same ID.</param>
    /// <param name="json">The document.</param>
    /// <param name="version">The version of the document.</param>
    /// <exception cref="FormatException">The client is damaged. The message names the fault and does not quote the document.</exception>
    public static Client Parse(string clientId, string json, string version)
    {
        try
        {
            Utf8Json.ReadAll(Encoding.UTF8.GetBytes(json));
            var document = JsonSerializer.Deserialize(json, ClientJson.Default.ClientDocument) ?? throw new FormatException("it is null");

            return document.ToClient(clientId) with { Version = version };
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the document.
            throw new FormatException($"it is no client document ({exception.Path})");
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException("it has half a surrogate pair in a string", exception);
        }
    }

    private Client ToClient(string clientId)
    {
        if (ClientId != clientId || !Client.IsId(clientId))
        {
            throw new FormatException("client_id is not the id that it is kept under, or breaks the rule for ids");
        }

        var lifetime = Seconds(AccessTokenLifetime);

        if (lifetime < AuthorizationServerOptions.ShortestTokenLifetime || lifetime > AuthorizationServerOptions.LongestTokenLifetime)
        {
            throw new FormatException($"access_token_lifetime {AccessTokenLifetime} is not from 60 to 86400");
        }

        if (Claims.Keys.FirstOrDefault(Client.RegisteredClaims.Contains) is { } claim)
        {
            throw new FormatException($"claims has '{claim}', which the server sets itself");
        }

        // The annotations do not reach into the list: it may hold a null.
        if (Secrets.Length > Client.MaximumSecrets || Secrets.Any(secret => secret?.Sha256.Length != SHA256.HashSizeInBytes))
        {
            throw new FormatException($"secrets are not at most {Client.MaximumSecrets} with a SHA-256 each");
        }

        if (TokenEndpointAuthMethod is not null && !AuthenticationMethods.All.Contains(TokenEndpointAuthMethod))
        {
            throw new FormatException("token_endpoint_auth_method is none of this server's");
        }

        if ((GrantTypes is { } types && (types is [] || types.Any(type => !OAuth.GrantTypes.All.Contains(type)))) || !AreUris(RedirectUris)
            || !AreUris(PostLogoutRedirectUris))
        {
            throw new FormatException("grant_types, redirect_uris or post_logout_redirect_uris is not valid");
        }

        var client = new Client
        {
            ClientId = ClientId,
            ClientName = ClientName,
            Scopes = OAuth.Scope.Parse(Scope) ?? throw new FormatException("scope has a character that RFC 6749 §3.3 excludes"),
            AuthenticationMethod = TokenEndpointAuthMethod,
            Secrets = [
                .. Secrets.Select(secret => new ClientSecret(secret.Id, secret.Sha256, secret.CreatedAt, secret.ExpiresAt)
                {
                    LastUsed = secret.LastUsed,
                }),
            ],
            Keys = Jwks.IsDefault ? [] : [.. Jwks.Select(ParseKey)],
            JwksUri = JwksUri is null ? null : PublicAddress.Parse(JwksUri),
            Claims = Claims,
            AccessTokenLifetime = lifetime,
            AccessTokenReuse = Seconds(AccessTokenReuse),
            GrantTypes = GrantTypes ?? OAuth.GrantTypes.Default,
            RedirectUris = RedirectUris ?? [],
            PostLogoutRedirectUris = PostLogoutRedirectUris ?? [],
            RequireConsent = RequireConsent ?? false,
            RequirePkce = RequirePkce ?? true,
            Enabled = Enabled,
            DisabledAt = DisabledAt,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt ?? CreatedAt,
        };

        return SignInMembers.FaultOf(client) is var (member, fault) ? throw new FormatException($"{member} {fault}") : client;
    }

    // The annotations do not reach into the list.
    private static bool AreUris(ImmutableArray<string>? uris) =>
        uris is null || (uris.Value.Length <= RedirectUri.MaximumCount && uris.Value.All(uri => uri is not null && RedirectUri.IsValid(uri)));

    private static TimeSpan? Seconds(int? seconds) => seconds is { } value ? TimeSpan.FromSeconds(value) : null;

    private static ClientKey ParseKey(JsonElement jwk, int index)
    {
        try
        {
            return ClientKey.Parse(jwk);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"key {index} of jwks {exception.Message}", exception);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ClientDocument))]
[JsonSerializable(typeof(PublicJwk))]
internal sealed partial class ClientJson : JsonSerializerContext;
