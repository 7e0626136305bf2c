using Api.Sessions;
using Api.Sessions.Families;
using Api.Users;

namespace Api.SignIn.Authorization;

/// <summary>Finds the sign-in that a code or a refresh token was issued for.</summary>
internal sealed class SignIns(UserStore users, SessionStore sessions, TimeProvider time)
{
    /// <summary>The user and the session, if the code is young, the user is enabled and the session is live; otherwise null.</summary>
    public async Task<(User User, Session Session)?> FindAsync(AuthorizationCode code, CancellationToken cancellation) =>
        time.GetUtcNow() < code.CreatedAt + AuthorizationCodes.Lifetime
        && await users.FindAsync(code.Sub, cancellation) is { Enabled: true } user
        && await sessions.FindAsync(code.Sub, code.SessionId, cancellation) is { } session
            ? (user, session)
            : null;

    /// <summary>
    /// The user of a family, if enabled and if the session is live; otherwise null. The use extends the session. Without a session, as
    /// <c>offline_access</c> was granted, the user alone decides.
    /// </summary>
    public async Task<User?> FindAsync(TokenFamily family, CancellationToken cancellation)
    {
        if (await users.FindAsync(family.Sub, cancellation) is not { Enabled: true } user)
        {
            return null;
        }

        if (await sessions.FindAsync(family.Sub, family.SessionId, cancellation) is { } session)
        {
            await sessions.ExtendAsync(session, cancellation);

            return user;
        }

        return family.IsOffline ? user : null;
    }
}
