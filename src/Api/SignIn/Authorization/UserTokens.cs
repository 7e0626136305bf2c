using System.Collections.Immutable;
using Api.Clients;
using Api.Configuration;
using Api.Foundation;
using Api.OAuth;
using Api.Sessions;
using Api.Sessions.Families;
using Api.SignIn.IdTokens;
using Api.Tokens;
using Api.Users;

namespace Api.SignIn.Authorization;

/// <summary>Issues the tokens of a sign-in to a client: access token, ID token, refresh token.</summary>
internal sealed class UserTokens(AccessTokenIssuer accessTokens, IdTokenIssuer idTokens, TokenFamilyStore families, TimeProvider time)
{
    /// <summary>A family for a sign-in, which is not stored yet, and its first refresh token if the client gets refresh tokens.</summary>
    public (TokenFamily Family, RefreshToken? RefreshToken) Begin(Client client, Session session, ImmutableArray<string> scopes)
    {
        var now = time.GetUtcNow();
        var family = new TokenFamily
        {
            Id = TokenFamily.NewId(),
            Sub = session.Sub,
            ClientId = client.ClientId,
            ClientName = client.ClientName,
            Scopes = scopes,
            SessionId = session.Id,
            Sid = session.Sid,
            AuthenticatedAt = session.AuthenticatedAt,
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = families.EndOf(now, now),
            Key = TokenFamily.NewKey(),
        };

        if (client.MayUseGrant(GrantTypes.RefreshToken))
        {
            var first = RefreshToken.NewFor(family);

            return (family with { Current = OpaqueToken.Hash(first.Random) }, first);
        }

        // It is needed as long as its access token.
        var end = now + accessTokens.LifetimeOfUser(client) + AuthorizationServerOptions.ClockSkew;

        return (family with { ExpiresAt = Storage.Document.ExpiryAt(end.ToUnixTimeSeconds() + 1) }, null);
    }

    /// <summary>The access token and the ID token.</summary>
    public async Task<IssuedToken> IssueAsync(
        Client client,
        User user,
        TokenFamily family,
        ImmutableArray<string> scopes,
        string? nonce,
        CancellationToken cancellation)
    {
        var signIn = new UserSignIn(user, family.AuthenticatedAt, family.Id);
        var issued = await accessTokens.IssueAsync(client, signIn, scopes, cancellation);
        var idToken = scopes.Contains(Scope.OpenId)
            ? await idTokens.IssueAsync(client, signIn, scopes, new(issued.Response, nonce, family.Sid), cancellation)
            : null;

        return issued with { Response = issued.Response with { IdToken = idToken } };
    }
}
