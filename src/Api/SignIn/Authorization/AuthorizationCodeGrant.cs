using Api.Clients;
using Api.OAuth;
using Api.Sessions;
using Api.SignIn.IdTokens;
using Api.Tokens;
using Api.Tokens.Grants;
using Api.Users;

namespace Api.SignIn.Authorization;

/// <summary>The authorization code grant (RFC 6749 §4.1.3). Only a request without any error uses the code.</summary>
internal sealed class AuthorizationCodeGrant(
    AuthorizationCodes codes, SignIns signIns, ScopePolicy scopePolicy, AccessTokenIssuer accessTokens, IdTokenIssuer idTokens) : IGrant
{
    private const string UsedBefore = "The code was used before: it was stolen, or the client sent it twice.";

    public async ValueTask<(IssuedToken? Token, OAuthError? Error)> HandleAsync(
        Client client, RequestParameters parameters, CancellationToken cancellation)
    {
        if (parameters is not { Code: { } value, RedirectUri: { } redirectUri })
        {
            return Refuse(OAuthError.InvalidRequest("The code or the redirect_uri is missing."));
        }

        if (await codes.FindAsync(value, cancellation) is not var (code, version))
        {
            return Refuse(OAuthError.InvalidGrant("The code is unknown."));
        }

        if (FaultOf(code, client, redirectUri, parameters.CodeVerifier) is { } fault)
        {
            return Refuse(OAuthError.InvalidGrant(fault));
        }

        if (await signIns.FindAsync(code, cancellation) is not var (user, session))
        {
            return Refuse(OAuthError.InvalidGrant("The code is older than a minute, or the session or the user is gone."));
        }

        var scopes = scopePolicy.FindForUser(client, user, Scope.Parse(code.Scope));

        if (scopes is [])
        {
            return Refuse(OAuthError.InvalidGrant("The client or the user no longer has any of the scopes."));
        }

        // IsUsed shows most second uses. This condition is exact, however many requests arrive at once.
        if (!await codes.ConsumeAsync(value, code, version, cancellation))
        {
            return Refuse(OAuthError.InvalidGrant(UsedBefore));
        }

        var signIn = new UserSignIn(user, code.AuthenticatedAt);
        var issued = await accessTokens.IssueAsync(client, signIn, scopes, cancellation);

        return scopes.Contains(Scope.OpenId)
            ? (issued with
            {
                Response = issued.Response with
                {
                    IdToken = await idTokens.IssueAsync(client, signIn, scopes, new(issued.Response, code.Nonce, session.Sid), cancellation),
                },
            }, null)
            : (issued, null);
    }

    private static string? FaultOf(AuthorizationCode code, Client client, string redirectUri, string? verifier) =>
        code.ClientId != client.ClientId ? "The code is that of another client."
        : code.IsUsed ? UsedBefore
        : code.RedirectUri != redirectUri ? "The redirect_uri is not that of the authorization request."
        // RFC 9700 §4.8.2: a verifier without a challenge means that an attacker removed the challenge.
        : code.CodeChallenge is null ? verifier is null ? null : "There is a code_verifier, but the authorization request had no challenge."
        : Pkce.Verifies(code.CodeChallenge, verifier) ? null
        : "The code_verifier is missing or wrong.";

    private static (IssuedToken?, OAuthError?) Refuse(OAuthError error) => (null, error);
}

/// <summary>Finds the sign-in that a code was issued for.</summary>
internal sealed class SignIns(UserStore users, SessionStore sessions, TimeProvider time)
{
    /// <summary>The user and the session, if the code is young, the user is enabled and the session is live; otherwise null.</summary>
    public async Task<(User User, Session Session)?> FindAsync(AuthorizationCode code, CancellationToken cancellation) =>
        time.GetUtcNow() < code.CreatedAt + AuthorizationCodes.Lifetime
        && await users.FindAsync(code.Sub, cancellation) is { Enabled: true } user
        && await sessions.FindAsync(code.Sub, code.SessionId, cancellation) is { } session
            ? (user, session)
            : null;
}
