using System.Collections.Immutable;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;

namespace Api.Tokens;

/// <summary>Which scopes a token gets (RFC 6749 §3.3).</summary>
internal sealed class ScopePolicy(AuthorizationServerOptions options)
{
    private readonly ImmutableArray<string> _supported = Scope.Parse(options.Scopes)!.Value;

    /// <summary>All that were asked for, or all that there are for this client; null where that is not to be had.</summary>
    public ImmutableArray<string>? Find(Client client, string? requested)
    {
        // A scope that has left the settings is no longer given to anybody.
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
