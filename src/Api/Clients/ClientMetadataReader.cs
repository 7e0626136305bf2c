using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Configuration;
using Api.Foundation.Json;
using Api.Foundation.Net;
using Api.OAuth;

namespace Api.Clients;

/// <summary>Reads the members that an administrator may set, each by its rule (RFC 7591 §2), and collects what is wrong with them.</summary>
internal sealed class ClientMetadataReader(AuthorizationServerOptions options)
{
    public const string ClientId = "client_id";

    /// <summary>The members that can be changed later; <see cref="ClientId"/> is chosen once.</summary>
    public static readonly ImmutableArray<string> Editable =
    [
        "client_name", "scope", "token_endpoint_auth_method", "jwks", "jwks_uri", "claims", "access_token_lifetime", "access_token_reuse",
        "enabled",
    ];

    private const int MaximumNameLength = 200;

    // So that the answer to a body of 64 KiB is shorter than the body.
    private const int MaximumUnknown = 10;
    private const int MaximumQuoted = 50;

    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unlisted = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string> _scopes = Scope.Parse(options.Scopes)!.Value;

    /// <summary>What is wrong, by member.</summary>
    public IReadOnlyDictionary<string, string[]> Errors => _errors;

    /// <summary>How many unknown members there are that <see cref="Errors"/> does not list.</summary>
    public int UnlistedErrors => _unlisted.Count;

    /// <summary>
    /// The client with these members and otherwise as it is; null where <see cref="Errors"/> says why not. What it has already may stay
    /// though a setting no longer allows it: nobody should have to mend that before switching a client off.
    /// </summary>
    public Client? Read(JsonObject members, Client client)
    {
        RefuseAllBut(members, Editable);
        var lifetime = Seconds(
            members, "access_token_lifetime", AuthorizationServerOptions.ShortestTokenLifetime, AuthorizationServerOptions.LongestTokenLifetime);
        var read = client with
        {
            ClientName = Text(members, "client_name", IsName, $"must have 1 to {MaximumNameLength} characters, none of them a control character")
                ?? Missing("client_name"),
            Scopes = ReadScopes(members, client.Scopes),
            AuthenticationMethod = Text(
                members,
                "token_endpoint_auth_method",
                AuthenticationMethods.All.Contains,
                $"must be one of {string.Join(", ", AuthenticationMethods.All)}, or left out: then any for which there is a secret or a key"),
            Keys = ReadKeys(members),
            JwksUri = ReadJwksUri(members),
            Claims = ReadClaims(members, client.Claims),
            AccessTokenLifetime = lifetime,
            // As long as nine tenths of the token's life remain.
            AccessTokenReuse = Seconds(
                members,
                "access_token_reuse",
                TimeSpan.FromSeconds(1),
                (lifetime ?? options.AccessTokenLifetime) / 10,
                lifetime == client.AccessTokenLifetime ? client.AccessTokenReuse : null),
            Enabled = ReadEnabled(members),
        };

        if (read is { Keys: not [], JwksUri: not null })
        {
            Add("jwks_uri", "cannot be there beside jwks: give one of them");
        }

        if (read is { AuthenticationMethod: AuthenticationMethods.PrivateKeyJwt, HasKeys: false })
        {
            Add("token_endpoint_auth_method", "is private_key_jwt, for which jwks or jwks_uri is needed");
        }

        return _errors.Count is 0 ? read : null;
    }

    /// <summary>Refuses each member that is not one of these, and lists the first of them.</summary>
    public void RefuseAllBut(JsonObject members, ImmutableArray<string> known)
    {
        foreach (var (name, _) in members.Where(member => !known.Contains(member.Key)))
        {
            var shown = Quoted(name);

            if (_errors.Count >= MaximumUnknown && !_errors.ContainsKey(shown))
            {
                _unlisted.Add(name);

                continue;
            }

            Add(
                shown,
                name is ClientId ? "is chosen when the client is made and stays: make another client"
                : name is "secrets" or "created_at" or "updated_at" or "version" or "client_secret" ? "is set by the server"
                : $"is no member of a client: those are {string.Join(", ", known)}");
        }
    }

    public void Add(string member, string error) =>
        // A member of a patch is looked at before and after it is applied.
        _errors[member] = [.. _errors.GetValueOrDefault(member, []).Union([$"{member} {error}."])];

    private string Missing(string member)
    {
        if (!_errors.ContainsKey(member))
        {
            Add(member, "is missing");
        }

        return "";
    }

    private ImmutableArray<string> ReadScopes(JsonObject members, ImmutableArray<string> had)
    {
        var text = Text(members, "scope", text => Scope.Parse(text) is not null, "has a character that RFC 6749 §3.3 excludes");

        if (text is null)
        {
            Missing("scope");
        }

        if (text is null || Scope.Parse(text) is not { } scopes)
        {
            return [];
        }

        if (scopes is [])
        {
            Add("scope", "must have at least one scope: without one the client gets no token");
        }
        else if (scopes.FirstOrDefault(scope => !_scopes.Contains(scope) && !had.Contains(scope)) is { } unknown)
        {
            Add("scope", $"has '{Quoted(unknown)}', which does not exist here: the setting Scopes has {string.Join(' ', _scopes)}");
        }

        return scopes;
    }

    private ImmutableArray<ClientKey> ReadKeys(JsonObject members)
    {
        if (members["jwks"] is not { } node)
        {
            return [];
        }

        if (node is not JsonObject set || set["keys"] is not JsonArray { Count: > 0 and <= Client.MaximumKeys } keys)
        {
            Add("jwks", $"must be a JWK Set (RFC 7517 §5), an object with a list of 1 to {Client.MaximumKeys} keys");

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
                Add("jwks", $"key {index} {exception.Message}");
            }
        }

        if (read.Count > 1 && read.DistinctBy(key => key.Kid).Count() < read.Count)
        {
            Add("jwks", "has several keys, which must each have a kid of their own");
        }

        return [.. read];
    }

    private Uri? ReadJwksUri(JsonObject members)
    {
        if (Text(members, "jwks_uri", _ => true, "") is not { } text)
        {
            return null;
        }

        try
        {
            return PublicAddress.Parse(text);
        }
        catch (FormatException exception)
        {
            Add("jwks_uri", exception.Message);

            return null;
        }
    }

    private ImmutableSortedDictionary<string, JsonElement> ReadClaims(
        JsonObject members, ImmutableSortedDictionary<string, JsonElement> had)
    {
        var none = ImmutableSortedDictionary<string, JsonElement>.Empty;

        if (members["claims"] is not { } node)
        {
            return none;
        }

        if (node is not JsonObject claims)
        {
            Add("claims", "must be a JSON object");

            return none;
        }

        if (claims.Select(claim => claim.Key).FirstOrDefault(
            name => Client.ReservedClaims.Contains(name) && !had.ContainsKey(name)) is { } reserved)
        {
            Add("claims", $"has '{reserved}', which the server or a verifier reads as its own, in any case");
        }

        if (Encoding.UTF8.GetByteCount(claims.ToJsonString()) > Client.MaximumClaimsLength)
        {
            Add("claims", $"has more than {Client.MaximumClaimsLength} bytes of JSON: a token has to fit into a request's headers");
        }

        return claims.ToImmutableSortedDictionary(
            claim => claim.Key, claim => JsonSerializer.SerializeToElement(claim.Value, ClientsJson.Default.JsonNode), StringComparer.Ordinal);
    }

    private bool ReadEnabled(JsonObject members)
    {
        var value = members["enabled"];

        if (value is not null && value.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            Add("enabled", "must be true or false");
        }

        return value?.GetValueKind() is not JsonValueKind.False;
    }

    private TimeSpan? Seconds(JsonObject members, string name, TimeSpan shortest, TimeSpan longest, TimeSpan? had = null)
    {
        if (had is not null && members[name] is JsonValue value && value.TryGetValue(out int seconds) && seconds == had.Value.TotalSeconds)
        {
            return had;
        }

        if (WholeSeconds.Read(members[name], shortest, longest, out var time) is { } error)
        {
            Add(name, error);
        }

        return time;
    }

    private string? Text(JsonObject members, string name, Func<string, bool> isGood, string rule)
    {
        switch (members[name])
        {
            case null:
                return null;
            case JsonValue value when value.TryGetValue(out string? text):
                if (!isGood(text))
                {
                    Add(name, rule);
                }

                return text;
            default:
                Add(name, "must be a string");

                return null;
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= MaximumNameLength && !text.Any(char.IsControl);

    private static string Quoted(string text) => text.Length <= MaximumQuoted ? text : text[..MaximumQuoted] + "…";
}
