using System.Collections.Immutable;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;
using Api.Users;

namespace Api.Tokens;

/// <summary>Decides which scopes a token has (RFC 6749 §3.3).</summary>
internal sealed class ScopePolicy(AuthorizationServerOptions options)
{
    private readonly ImmutableArray<string> _supported = Scope.Parse(options.Scopes)!.Value;

    /// <summary>The requested scopes, or by default all scopes of the client; null if a scope is not allowed or none is left.</summary>
    public ImmutableArray<string>? Find(Client client, string? requested)
    {
        // A scope that was removed from the settings is no longer granted.
        var granted = requested is null ? client.Scopes.RemoveAll(scope => !_supported.Contains(scope)) : Scope.Parse(requested);

        if (granted is not { Length: > 0 } scopes)
        {
            return null;
        }

        foreach (var scope in scopes)
        {
            if (!client.Scopes.Contains(scope) || !_supported.Contains(scope))
            {
                return null;
            }
        }

        return scopes;
    }

    /// <summary>
    /// The scopes of a token for a user: those that are requested and that both the client and the user have. Without a request, all that
    /// both have. Others are left out, which the response tells (RFC 6749 §3.3).
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="user">The user; null: any user.</param>
    /// <param name="requested">The requested scopes; null: none.</param>
    public ImmutableArray<string> FindForUser(Client client, User? user, ImmutableArray<string>? requested) =>
        [
            .. (requested ?? client.Scopes).Where(scope =>
                scope is Scope.OfflineAccess ? client.MayUseGrant(GrantTypes.RefreshToken)
                : Scope.OpenIdConnect.Contains(scope)
                || (_supported.Contains(scope) && client.Scopes.Contains(scope) && user?.Scopes.Contains(scope) is not false)),
        ];
}
