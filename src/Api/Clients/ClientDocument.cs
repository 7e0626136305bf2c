using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Clients;

/// <summary>A client as it is kept: JSON with the member names of RFC 7591 §2 where it has them. Lifetimes in seconds.</summary>
internal sealed record ClientDocument(
    string ClientId,
    string ClientName,
    string Scope,
    ImmutableArray<ClientDocument.Secret> Secrets,
    ImmutableSortedDictionary<string, JsonElement> Claims,
    int? AccessTokenLifetime,
    bool Enabled,
    DateTimeOffset CreatedAt)
{
    internal sealed record Secret(string Id, byte[] Sha256, DateTimeOffset CreatedAt);

    public static string Write(Client client) => JsonSerializer.Serialize(
        new(
            client.ClientId,
            client.ClientName,
            string.Join(' ', client.Scopes),
            [.. client.Secrets.Select(secret => new Secret(secret.Id, secret.Sha256.ToArray(), secret.CreatedAt))],
            client.Claims,
            (int?)client.AccessTokenLifetime?.TotalSeconds,
            client.Enabled,
            client.CreatedAt),
        ClientJson.Default.ClientDocument);

    /// <summary>Reads a client and checks it: whoever edits the database by hand gets no more rights than the rules give.</summary>
    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static Client Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ClientJson.Default.ClientDocument)?.ToClient()
                ?? throw new FormatException("it is null");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"it is no client document ({exception.Path})", exception);
        }
    }

    private Client ToClient()
    {
        var lifetime = AccessTokenLifetime is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;

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

        return new()
        {
            ClientId = ClientId,
            ClientName = ClientName,
            Scopes = Api.Scope.Parse(Scope) ?? throw new FormatException("scope has a character that RFC 6749 §3.3 excludes"),
            Secrets = [.. Secrets.Select(secret => new ClientSecret(secret.Id, secret.Sha256, secret.CreatedAt))],
            Claims = Claims,
            AccessTokenLifetime = lifetime,
            Enabled = Enabled,
            CreatedAt = CreatedAt,
        };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ClientDocument))]
internal sealed partial class ClientJson : JsonSerializerContext;
