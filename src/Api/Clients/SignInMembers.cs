using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.OAuth;

namespace Api.Clients;

/// <summary>Reads the members of a client through which people sign in (RFC 7591 §2, OpenID Connect RP-Initiated Logout 1.0 §3.1).</summary>
internal static class SignInMembers
{
    public const string GrantTypesName = "grant_types";
    public const string RedirectUris = "redirect_uris";
    public const string PostLogoutRedirectUris = "post_logout_redirect_uris";
    public const string RequireConsent = "require_consent";
    public const string RequirePkce = "require_pkce";

    private const string Method = "token_endpoint_auth_method";

    public static readonly ImmutableArray<string> Names = [GrantTypesName, RedirectUris, PostLogoutRedirectUris, RequireConsent, RequirePkce];

    /// <summary>Returns the client with these members. Its authentication method and its keys have been read.</summary>
    public static Client Read(JsonObject members, Client client, MetadataMembers read)
    {
        var types = ReadList(members, GrantTypesName, GrantTypes.All.Contains, GrantTypes.All.Length);

        if (types is null)
        {
            read.Add(GrantTypesName, $"must be a list of {string.Join(" and ", GrantTypes.All)}");
        }

        client = client with
        {
            GrantTypes = types is null or [] ? GrantTypes.Default : types.Value,
            RedirectUris = ReadUris(RedirectUris),
            PostLogoutRedirectUris = ReadUris(PostLogoutRedirectUris),
            RequireConsent = read.Flag(members, RequireConsent, absent: false),
            RequirePkce = read.Flag(members, RequirePkce, absent: true),
        };

        if (FaultOf(client) is var (member, fault))
        {
            read.Add(member, fault);
        }

        return client;

        ImmutableArray<string> ReadUris(string name)
        {
            var uris = ReadList(members, name, RedirectUri.IsValid, RedirectUri.MaximumCount);

            if (uris is null)
            {
                read.Add(name, RedirectUri.Rule);
            }

            return uris ?? [];
        }
    }

    /// <summary>The member that contradicts another one, and the rule; null if there is none.</summary>
    public static (string Member, string Fault)? FaultOf(Client client) =>
        client.IsPublic && client.GrantTypes is not [GrantTypes.AuthorizationCode]
            ? (Method, "none requires grant_types to be authorization_code alone. Other grants require a secret or a key")
        : client.IsPublic && client.HasKeys ? (Method, "none cannot be combined with jwks or jwks_uri")
        : client is { IsPublic: true, RequirePkce: false }
            ? (RequirePkce, "can be false only for a client with a secret or a key")
        : client.MayUseGrant(GrantTypes.AuthorizationCode) && client.RedirectUris is []
            ? (RedirectUris, "must have at least one URI, because grant_types has authorization_code")
        : null;

    private static ImmutableArray<string>? ReadList(JsonObject members, string name, Predicate<string> isValid, int maximum)
    {
        if (members[name] is not { } node)
        {
            return [];
        }

        if (node is not JsonArray list || list.Count > maximum || list.Any(item => item?.GetValueKind() is not JsonValueKind.String))
        {
            return null;
        }

        ImmutableArray<string> values = [.. list.Select(item => item!.GetValue<string>())];

        return values.All(value => isValid(value)) && values.Distinct(StringComparer.Ordinal).Count() == values.Length ? values : null;
    }
}
