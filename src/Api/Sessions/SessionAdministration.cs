using System.Collections.Immutable;
using Api.Administration;
using Api.Audit;
using Api.Users;

namespace Api.Sessions;

/// <summary>The administration of browser sessions, for the admin routes and the command line.</summary>
internal sealed class SessionAdministration(SessionStore sessions, UserAdministration users, UserChanges changes)
{
    /// <summary>The live sessions of the user with this <c>sub</c> or user name, the last used first.</summary>
    public async Task<SessionResult> ListAsync(string id, CancellationToken cancellation)
    {
        var found = await users.FindAsync(id, cancellation);

        return found.User is { } user ? new(await sessions.ListAsync(user.Sub, cancellation)) : new([], found.Problem);
    }

    /// <summary>Ends the session with this <c>sid</c>.</summary>
    public async Task<SessionResult> EndAsync(string id, string sid, Actor by, CancellationToken cancellation)
    {
        var found = await ListAsync(id, cancellation);

        return found.Problem is not null ? found
            : found.Sessions.FirstOrDefault(session => session.Sid == sid) is { } session
                ? await MakeAsync("End of a session", session.Sub, by, () => sessions.EndAsync(session, CancellationToken.None))
            : new([], AdminProblem.Of(AdminProblemKind.NotFound, "sessions", "have no session with this sid"));
    }

    /// <summary>Signs a user out everywhere.</summary>
    public async Task<SessionResult> EndAllAsync(string id, Actor by, CancellationToken cancellation)
    {
        var found = await users.FindAsync(id, cancellation);

        return found.User is { } user
            ? await MakeAsync("End of all sessions", user.Sub, by, () => sessions.EndAllAsync(user.Sub, CancellationToken.None))
            : new([], found.Problem);
    }

    private async Task<SessionResult> MakeAsync(string what, string sub, Actor by, Func<Task> end)
    {
        await changes.MakeAsync(what, by, sub, null, null, async () =>
        {
            await end();

            return true;
        });

        return new([]);
    }
}

/// <summary>The result of an admin request: the sessions, or the problem.</summary>
internal sealed record SessionResult(ImmutableArray<Session> Sessions, AdminProblem? Problem = null);

/// <summary>A browser session as administrators see it. <c>sid</c> is that of ID tokens.</summary>
internal sealed record SessionMetadata(
    string Sid, DateTimeOffset AuthenticatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt, string? UserAgent)
{
    public static SessionMetadata From(Session session) =>
        new(session.Sid, session.AuthenticatedAt, session.LastUsedAt, session.ExpiresAt, session.UserAgent);
}
