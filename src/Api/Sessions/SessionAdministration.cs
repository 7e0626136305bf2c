using System.Collections.Immutable;
using Api.Administration;
using Api.Audit;
using Api.Sessions.Families;
using Api.Users;

namespace Api.Sessions;

/// <summary>The administration of browser sessions and of the sign-ins to clients, for the admin routes and the command line.</summary>
internal sealed class SessionAdministration(
    SessionStore sessions, TokenFamilyStore families, UserAdministration users, UserChanges changes)
{
    /// <summary>The live sessions and sign-ins to clients of the user with this <c>sub</c> or user name, the last used first.</summary>
    public async Task<SessionResult> ListAsync(string id, CancellationToken cancellation)
    {
        var found = await users.FindAsync(id, cancellation);

        return found.User is not { } user
            ? new([], [], found.Problem)
            : new(await sessions.ListAsync(user.Sub, cancellation), await families.ListAsync(user.Sub, cancellation));
    }

    /// <summary>Ends the session with this <c>sid</c>, or the sign-in to a client with this <c>grant_id</c>.</summary>
    public async Task<SessionResult> EndAsync(string id, string sid, Actor by, CancellationToken cancellation)
    {
        var found = await ListAsync(id, cancellation);

        return found.Problem is not null ? found
            : found.Sessions.FirstOrDefault(session => session.Sid == sid) is { } session
                ? await MakeAsync("End of a session", session.Sub, by, () => sessions.EndAsync(session, CancellationToken.None))
            : found.Families.FirstOrDefault(family => family.Id == sid) is { } family
                ? await MakeAsync(
                    $"End of the sign-in to '{family.ClientId}'", family.Sub, by,
                    () => families.EndAsync(family.Sub, family.Id, CancellationToken.None))
            : new([], [], AdminProblem.Of(AdminProblemKind.NotFound, "sessions", "have none with this sid or grant_id"));
    }

    /// <summary>Signs a user out everywhere.</summary>
    public async Task<SessionResult> EndAllAsync(string id, Actor by, CancellationToken cancellation)
    {
        var found = await users.FindAsync(id, cancellation);

        return found.User is { } user
            ? await MakeAsync("End of all sessions", user.Sub, by, async () =>
            {
                await sessions.EndAllAsync(user.Sub, CancellationToken.None);
                await families.EndAllAsync(user.Sub, CancellationToken.None);
            })
            : new([], [], found.Problem);
    }

    private async Task<SessionResult> MakeAsync(string what, string sub, Actor by, Func<Task> end)
    {
        await changes.MakeAsync(what, by, sub, null, null, async () =>
        {
            await end();

            return true;
        });

        return new([], []);
    }
}

/// <summary>The result of an admin request: the sessions and the sign-ins to clients, or the problem.</summary>
internal sealed record SessionResult(
    ImmutableArray<Session> Sessions, ImmutableArray<TokenFamily> Families, AdminProblem? Problem = null);

/// <summary>A browser session as administrators see it. <c>sid</c> is that of ID tokens.</summary>
internal sealed record SessionMetadata(
    string Sid, DateTimeOffset AuthenticatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? UserAgent)
{
    public static SessionMetadata From(Session session) =>
        new(session.Sid, session.AuthenticatedAt, session.LastUsedAt, session.ExpiresAt, session.UserAgent);
}

/// <summary>A sign-in to a client as administrators see it. <c>grant_id</c> is that of access tokens.</summary>
/// <param name="GrantId">Ends it, as a <c>sid</c> does.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Scope">The scopes that the user granted.</param>
/// <param name="Sid">The session of the sign-in.</param>
/// <param name="HasRefreshToken">Whether the client got a refresh token.</param>
/// <param name="AuthenticatedAt">When the user used a passkey.</param>
/// <param name="LastUsedAt">When the client last got tokens.</param>
/// <param name="ExpiresAt">When it ends without further use.</param>
internal sealed record ClientSignInMetadata(
    string GrantId,
    string ClientId,
    string Scope,
    string Sid,
    bool HasRefreshToken,
    DateTimeOffset AuthenticatedAt,
    DateTimeOffset LastUsedAt,
    DateTimeOffset ExpiresAt)
{
    public static ClientSignInMetadata From(TokenFamily family) => new(
        family.Id,
        family.ClientId,
        string.Join(' ', family.Scopes),
        family.Sid,
        family.Current is not null,
        family.AuthenticatedAt,
        family.LastUsedAt,
        family.ExpiresAt);
}
