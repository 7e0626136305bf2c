using Api.Audit;
using Api.Clients;
using Api.OAuth;
using Api.Sessions.Families;
using Api.Tokens;
using Api.Tokens.Grants;

namespace Api.SignIn.Authorization;

/// <summary>
/// The refresh token grant (RFC 6749 §6). User, client and scopes are read again at each use. Only a request without any error uses the
/// refresh token.
/// </summary>
internal sealed class RefreshTokenGrant(
    TokenFamilyStore families, SignIns signIns, ScopePolicy scopePolicy, UserTokens tokens, AuditLog audit) : IGrant
{
    public async ValueTask<(IssuedToken? Token, OAuthError? Error)> HandleAsync(
        Client client, RequestParameters parameters, CancellationToken cancellation)
    {
        if (parameters.RefreshToken is not { } value)
        {
            return Refuse(OAuthError.InvalidRequest("The refresh_token is missing."));
        }

        if (!RefreshToken.TryParse(value, out var presented)
            || await families.FindAsync(presented.Sub, presented.FamilyId, cancellation) is not { } family
            || !presented.IsMarkedBy(family))
        {
            return Refuse(OAuthError.InvalidGrant("The refresh token is unknown or expired, or its sign-in has ended."));
        }

        if (!family.BelongsTo(client))
        {
            return Refuse(OAuthError.InvalidGrant("The refresh token is that of another client, or the client was disabled or replaced."));
        }

        var requested = parameters.Scope is { } scope ? Scope.Parse(scope) : family.Scopes;

        if (requested is not { Length: > 0 } some || some.Except(family.Scopes).Any())
        {
            return Refuse(OAuthError.InvalidScope);
        }

        var user = await signIns.FindAsync(family, cancellation);

        // The user may have signed in again at this moment. The family then has another session.
        if (user is null
            && await families.FindAsync(family.Sub, family.Id, cancellation) is { } moved
            && moved.SessionId != family.SessionId)
        {
            (family, user) = (moved, await signIns.FindAsync(moved, cancellation));
        }

        if (user is null)
        {
            return Refuse(OAuthError.InvalidGrant("The session or the user is gone."));
        }

        var scopes = scopePolicy.FindForUser(client, user, requested);

        if (scopes is [])
        {
            return Refuse(OAuthError.InvalidGrant("The client or the user no longer has any of the scopes."));
        }

        // Before the use: a refresh token for which no tokens can be signed, as the keys are unavailable, stays good for a later request.
        var issued = await tokens.IssueAsync(client, user, family, scopes, nonce: null, cancellation);

        switch (await families.UseAsync(family, presented, cancellation))
        {
            case RefreshOutcome.Rotated rotated:
                return (issued.With(rotated.Successor), null);
            case RefreshOutcome.Repeated repeated:
                return (issued.With(repeated.Successor), null);
            case RefreshOutcome.Stolen:
                audit.RefreshTokenReused(family.Sub, family.ClientId, family.Id);

                return Refuse(OAuthError.InvalidGrant("The refresh token was replaced before: it was stolen. Its sign-in is ended."));
            default:
                return Refuse(OAuthError.InvalidGrant("The sign-in of the refresh token has ended at this moment."));
        }
    }

    private static (IssuedToken?, OAuthError?) Refuse(OAuthError error) => (null, error);
}
