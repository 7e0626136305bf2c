using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.Configuration;
using Api.Foundation.Net;
using Api.OAuth;

namespace Api.Clients;

/// <summary>Validates the client metadata that an administrator sets (RFC 7591 §2). Each member has its own rule.</summary>
internal sealed class ClientMetadataReader(AuthorizationServerOptions options)
{
    public const string ClientId = "client_id";

    /// <summary>The members that can be set and changed. <see cref="ClientId"/> can only be set at registration.</summary>
    public static readonly ImmutableArray<string> Editable =
    [
        "client_name", "scope", "token_endpoint_auth_method", "jwks", "jwks_uri", "claims", "access_token_lifetime", "access_token_reuse",
        "enabled", .. SignInMembers.Names,
    ];

    private const int MaximumNameLength = 200;

    private readonly MetadataMembers _members = new("client", ClientId);
    private readonly ImmutableArray<string> _scopes = Scope.Parse(options.Scopes)!.Value;

    public IReadOnlyDictionary<string, string[]> Errors => _members.Errors;

    /// <summary>The number of unknown members that <see cref="Errors"/> omits.</summary>
    public int UnlistedErrors => _members.UnlistedErrors;

    public void Add(string member, string error) => _members.Add(member, error);

    /// <summary>Adds an error for each unknown member.</summary>
    public void RefuseUnknown(JsonObject members) => _members.RefuseUnknown(members, Editable);

    /// <summary>
    /// Returns the client with these members, or null if there are errors. Current values stay valid even if a setting no longer
    /// allows them, so that an administrator can disable the client without correcting them first.
    /// </summary>
    public Client? Read(JsonObject members, Client client)
    {
        RefuseUnknown(members);
        var lifetime = _members.Seconds(
            members, "access_token_lifetime", AuthorizationServerOptions.ShortestTokenLifetime, AuthorizationServerOptions.LongestTokenLifetime);
        var read = client with
        {
            ClientName = _members.Text(
                members, "client_name", IsName, $"must have 1 to {MaximumNameLength} characters and no control characters")
                ?? _members.Missing("client_name"),
            Scopes = _members.Scopes(members, _scopes, client.Scopes),
            AuthenticationMethod = _members.Text(
                members,
                "token_endpoint_auth_method",
                AuthenticationMethods.All.Contains,
                $"must be one of {string.Join(", ", AuthenticationMethods.All)}, or omitted to allow every method for which "
                    + "the client has a secret or a key. A public client has none"),
            Keys = ReadKeys(members),
            JwksUri = ReadJwksUri(members),
            Claims = _members.Claims(members, client.Claims, Client.MaximumClaimsLength),
            AccessTokenLifetime = lifetime,
            // A reused token has at least nine tenths of its lifetime left.
            AccessTokenReuse = _members.Seconds(
                members,
                "access_token_reuse",
                TimeSpan.FromSeconds(1),
                (lifetime ?? options.AccessTokenLifetime) / 10,
                lifetime == client.AccessTokenLifetime ? client.AccessTokenReuse : null),
            Enabled = _members.Flag(members, "enabled", absent: true),
        };
        read = SignInMembers.Read(members, read, _members);

        if (read.Scopes is [])
        {
            _members.Missing("scope", "must have at least one scope. Without a scope, the client gets no token");
        }

        if (read is { Keys: not [], JwksUri: not null })
        {
            _members.Add("jwks_uri", "cannot be combined with jwks. Set only one of them");
        }

        if (read is { AuthenticationMethod: AuthenticationMethods.PrivateKeyJwt, HasKeys: false })
        {
            _members.Add("token_endpoint_auth_method", "private_key_jwt requires jwks or jwks_uri");
        }

        return Errors.Count is 0 ? read : null;
    }

    private ImmutableArray<ClientKey> ReadKeys(JsonObject members)
    {
        if (members["jwks"] is not { } node)
        {
            return [];
        }

        if (node is not JsonObject set || set["keys"] is not JsonArray { Count: > 0 and <= Client.MaximumKeys } keys)
        {
            _members.Add("jwks", $"must be a JWK Set (RFC 7517 §5) with 1 to {Client.MaximumKeys} keys");

            return [];
        }

        var read = new List<ClientKey>();

        for (var index = 0; index < keys.Count; index++)
        {
            try
            {
                read.Add(ClientKey.Parse(JsonSerializer.SerializeToElement(keys[index], ClientsJson.Default.JsonNode)));
            }
            catch (FormatException exception)
            {
                _members.Add("jwks", $"key {index} {exception.Message}");
            }
        }

        if (read.Count > 1 && read.DistinctBy(key => key.Kid).Count() < read.Count)
        {
            _members.Add("jwks", "has several keys. Each of them needs its own kid");
        }

        return [.. read];
    }

    private Uri? ReadJwksUri(JsonObject members)
    {
        if (_members.Text(members, "jwks_uri", _ => true, "") is not { } text)
        {
            return null;
        }

        try
        {
            return PublicAddress.Parse(text);
        }
        catch (FormatException exception)
        {
            _members.Add("jwks_uri", exception.Message);

            return null;
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaximumNameLength && !text.Any(char.IsControl);
}
