using System.Collections.Immutable;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;

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
}
