using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Api.Clients;

/// <summary>
/// A client as an administrator sees and registers it, with the member names of RFC 7591 §2 where it has them. Lifetimes in seconds.
/// Nothing in it is secret but <c>client_secret</c>, which is there only in the answer that has made it.
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
    /// <summary>Shown once.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Seconds since 1970; 0: never (RFC 7591 §3.2.1).</summary>
    public long? ClientSecretExpiresAt { get; init; }

    /// <summary>As JSON, for the audit log: it has no member for a secret. Null where there is no client.</summary>
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
        client.Version);

    /// <summary>What came of a request that left a client, with the secret that it has made.</summary>
    public static ClientMetadata From(ClientResult result) => From(result.Client!) with
    {
        ClientSecret = result.Made?.ClearText,
        ClientSecretExpiresAt = result.Made is { } made ? made.Secret.ExpiresAt?.ToUnixTimeSeconds() ?? 0 : null,
    };

    /// <summary>The members that an administrator may change, as a document that a patch can be applied to.</summary>
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

/// <summary>A secret without what makes it one. <c>last_used</c> is the day, in UTC.</summary>
internal sealed record SecretMetadata(string Id, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateOnly? LastUsed)
{
    public static SecretMetadata From(ClientSecret secret) => new(secret.Id, secret.CreatedAt, secret.ExpiresAt, secret.LastUsed);
}

/// <summary>A client's JWK Set (RFC 7517 §5), public members only.</summary>
internal sealed record PublicJwkSet(ImmutableArray<PublicJwk> Keys);
