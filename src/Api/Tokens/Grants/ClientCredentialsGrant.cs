using Api.Clients;
using Api.OAuth;

namespace Api.Tokens.Grants;

/// <summary>The client credentials grant (RFC 6749 §4.4): a client gets an access token for itself.</summary>
internal sealed class ClientCredentialsGrant(AccessTokenIssuer issuer, ScopePolicy scopePolicy) : IGrant
{
    public async ValueTask<(IssuedToken? Token, OAuthError? Error)> HandleAsync(
        Client client, RequestParameters parameters, CancellationToken cancellation) =>
        scopePolicy.Find(client, parameters.Scope) is { } scopes
            ? (await issuer.IssueAsync(client, scopes, cancellation), null)
            : (null, OAuthError.InvalidScope);
}
