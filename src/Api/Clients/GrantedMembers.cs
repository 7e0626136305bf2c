using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.OAuth;

namespace Api.Clients;

/// <summary>Reads the members that decide what is in the tokens of a client or a user.</summary>
internal static class GrantedMembers
{
    /// <summary>Reads <c>scope</c>. Current scopes stay valid even if the setting Scopes no longer has them.</summary>
    public static ImmutableArray<string> Scopes(
        this MetadataMembers read, JsonObject members, ImmutableArray<string> available, ImmutableArray<string> current)
    {
        var text = read.Text(
            members, "scope", text => Scope.Parse(text) is not null, "contains a character that RFC 6749 §3.3 does not allow");

        if (text is null)
        {
            read.Missing("scope");
        }

        if (text is null || Scope.Parse(text) is not { } scopes)
        {
            return [];
        }

        if (scopes.FirstOrDefault(scope => !available.Contains(scope) && !current.Contains(scope)) is { } unknown)
        {
            read.Add(
                "scope", $"has '{MetadataMembers.Quoted(unknown)}', which is not in Scopes: {string.Join(' ', available)}");
        }

        return scopes;
    }

    /// <summary>Reads <c>claims</c>, of at most so many bytes. Current claims stay valid.</summary>
    public static ImmutableSortedDictionary<string, JsonElement> Claims(
        this MetadataMembers read, JsonObject members, ImmutableSortedDictionary<string, JsonElement> current, int maximumLength)
    {
        var none = ImmutableSortedDictionary<string, JsonElement>.Empty;

        if (members["claims"] is not { } node)
        {
            return none;
        }

        if (node is not JsonObject claims)
        {
            read.Add("claims", "must be a JSON object");

            return none;
        }

        if (claims.Select(claim => claim.Key).FirstOrDefault(
            name => Client.ReservedClaims.Contains(name) && !current.ContainsKey(name)) is { } reserved)
        {
            read.Add("claims", $"has '{reserved}', which is a reserved name in any letter case");
        }

        if (Encoding.UTF8.GetByteCount(claims.ToJsonString()) > maximumLength)
        {
            read.Add(
                "claims",
                $"has more than {maximumLength} bytes of JSON. Every token contains it and must fit into a header");
        }

        return claims.ToImmutableSortedDictionary(
            claim => claim.Key, claim => JsonSerializer.SerializeToElement(claim.Value, ClientsJson.Default.JsonNode), StringComparer.Ordinal);
    }
}
