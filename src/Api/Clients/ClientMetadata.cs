using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Api.Clients;

/// <summary>
/// A client as administrators see it, with the member names of RFC 7591 §2 where it defines them. Lifetimes are in seconds. Only
/// <c>client_secret</c> is secret. It is present only in the response that created it.
/// </summary>
internal sealed record ClientMetadata(
    string ClientId,
    string ClientName,
    string Scope,
    string? TokenEndpointAuthMethod,
    ImmutableArray<SecretMetadata> Secrets,
    PublicJwkSet? Jwks,
    string? JwksUri,
    ImmutableSortedDictionary<string, JsonElement> Claims,
    int? AccessTokenLifetime,
    int? AccessTokenReuse,
    bool Enabled,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string Version)
{
    /// <summary>Omitted if it has only <c>client_credentials</c>.</summary>
    public ImmutableArray<string>? GrantTypes { get; init; }

    public ImmutableArray<string>? RedirectUris { get; init; }

    public ImmutableArray<string>? PostLogoutRedirectUris { get; init; }

    /// <summary>Omitted if false.</summary>
    public bool? RequireConsent { get; init; }

    /// <summary>Omitted if true.</summary>
    public bool? RequirePkce { get; init; }

    /// <summary>The clear text of a new secret, shown once.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>When the new secret expires, in seconds since 1970, or 0 if it does not expire (RFC 7591 §3.2.1).</summary>
    public long? ClientSecretExpiresAt { get; init; }

    /// <summary>Returns the client as JSON for the audit log, without secrets, or null if there is no client.</summary>
    public static string? Describe(Client? client) =>
        client is null ? null : JsonSerializer.Serialize(From(client), ClientsJson.Default.ClientMetadata);

    public static ClientMetadata From(Client client) => new(
        client.ClientId,
        client.ClientName,
        string.Join(' ', client.Scopes),
        client.AuthenticationMethod,
        [.. client.Secrets.Select(SecretMetadata.From)],
        client.Keys is [] ? null : new([.. client.Keys.Select(key => key.Jwk)]),
        client.JwksUri?.OriginalString,
        client.Claims,
        (int?)client.AccessTokenLifetime?.TotalSeconds,
        (int?)client.AccessTokenReuse?.TotalSeconds,
        client.Enabled,
        client.CreatedAt,
        client.UpdatedAt,
        client.Version)
    {
        GrantTypes = client.GrantTypes.SequenceEqual(OAuth.GrantTypes.Default) ? null : client.GrantTypes,
        RedirectUris = client.RedirectUris is [] ? null : client.RedirectUris,
        PostLogoutRedirectUris = client.PostLogoutRedirectUris is [] ? null : client.PostLogoutRedirectUris,
        RequireConsent = client.RequireConsent ? true : null,
        RequirePkce = client.RequirePkce ? null : false,
    };

    /// <summary>Returns the client of a successful result, with the secret that the request created.</summary>
    public static ClientMetadata From(ClientResult result) => From(result.Client!) with
    {
        ClientSecret = result.NewSecret?.ClearText,
        ClientSecretExpiresAt = result.NewSecret is { } secret ? secret.Secret.ExpiresAt?.ToUnixTimeSeconds() ?? 0 : null,
    };

    /// <summary>Returns the members that an administrator can change, as the target of a merge patch.</summary>
    public JsonObject ToEditable()
    {
        var all = JsonSerializer.SerializeToNode(this, ClientsJson.Default.ClientMetadata)!.AsObject();

        foreach (var name in all.Select(member => member.Key).Except(ClientMetadataReader.Editable).ToArray())
        {
            all.Remove(name);
        }

        return all;
    }
}

/// <summary>A secret without its value. <c>last_used</c> is a date in UTC.</summary>
internal sealed record SecretMetadata(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateOnly? LastUsed)
{
    public static SecretMetadata From(ClientSecret secret) => new(secret.Id, secret.CreatedAt, secret.ExpiresAt, secret.LastUsed);
}

/// <summary>A client's JWK Set (RFC 7517 §5) with public members only.</summary>
internal sealed record PublicJwkSet(ImmutableArray<PublicJwk> Keys);
