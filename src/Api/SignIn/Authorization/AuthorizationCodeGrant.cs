using Api.Clients;
using Api.OAuth;
using Api.Sessions.Families;
using Api.Tokens;
using Api.Tokens.Grants;

namespace Api.SignIn.Authorization;

/// <summary>The authorization code grant (RFC 6749 §4.1.3). Only a request without any error uses the code.</summary>
internal sealed class AuthorizationCodeGrant(
    AuthorizationCodes codes, SignIns signIns, TokenFamilyStore families, ScopePolicy scopePolicy, UserTokens tokens) : IGrant
{
    private const string UsedBefore =
        "The code was used before: it was stolen, or the client sent it twice. The sign-in that the first use began is ended.";

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

        if (code.ClientId != client.ClientId)
        {
            return Refuse(OAuthError.InvalidGrant("The code is that of another client."));
        }

        if (code.FamilyId is { } first)
        {
            return await EndAsync(code.Sub, first);
        }

        if (FaultOf(code, redirectUri, parameters.CodeVerifier) is { } fault)
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

        var (family, refreshToken) = tokens.Begin(client, session, scopes);
        // Before the use of the code, so that it stays good if one of these fails.
        var issued = await tokens.IssueAsync(client, user, family, scopes, code.Nonce, cancellation);
        await families.MakeRoomAsync(user.Sub, cancellation);

        // FamilyId shows most second uses. This condition is exact, however many requests arrive at once.
        if (!await codes.ConsumeAsync(value, code, version, family, CancellationToken.None))
        {
            return await codes.FindAsync(value, CancellationToken.None) is ({ FamilyId: { } other }, _)
                ? await EndAsync(code.Sub, other)
                : Refuse(OAuthError.InvalidGrant(UsedBefore));
        }

        // A user who is disabled after this check loses this family with all others.
        if (await signIns.FindAsync(code, cancellation) is null)
        {
            await families.EndAsync(family.Sub, family.Id, CancellationToken.None);

            return Refuse(OAuthError.InvalidGrant("The session or the user has ended at this moment."));
        }

        return (issued.With(refreshToken), null);
    }

    // RFC 6749 §4.1.2: a second use ends what the first began.
    private async Task<(IssuedToken?, OAuthError?)> EndAsync(string sub, string familyId)
    {
        await families.EndAsync(sub, familyId, CancellationToken.None);

        return Refuse(OAuthError.InvalidGrant(UsedBefore));
    }

    private static string? FaultOf(AuthorizationCode code, string redirectUri, string? verifier) =>
        code.RedirectUri != redirectUri ? "The redirect_uri is not that of the authorization request."
        // RFC 9700 §4.8.2: a verifier without a challenge means that an attacker removed the challenge.
        : code.CodeChallenge is null ? verifier is null ? null : "There is a code_verifier, but the authorization request had no challenge."
        : Pkce.Verifies(code.CodeChallenge, verifier) ? null
        : "The code_verifier is missing or wrong.";

    private static (IssuedToken?, OAuthError?) Refuse(OAuthError error) => (null, error);
}
