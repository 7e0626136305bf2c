using Api.Sessions.Families;
using Api.Storage;
using Api.Users;

namespace Api.Sessions;

/// <summary>A user that is signed in, and the session.</summary>
internal sealed record SignedIn(User User, Session Session);

/// <summary>Finds the user that is signed in to the browser of a request.</summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class CurrentSession(SessionStore sessions, TokenFamilyStore families, UserStore users, SessionCookie cookie)
{
    private static readonly object Key = new();

    /// <summary>The live session and its user, who is enabled; otherwise null. It is read once for each request, and extended.</summary>
    public async ValueTask<SignedIn?> FindAsync(HttpContext http)
    {
        if (!http.Items.TryGetValue(Key, out var found))
        {
            http.Items[Key] = found = await ReadAsync(http);
        }

        return (SignedIn?)found;
    }

    /// <summary>
    /// Signs a user in after a passkey was verified. A session of the request ends, and the new one has a new ID. A user who has signed in
    /// again stays signed in to the clients. Returns null if the user was disabled or removed in the meantime.
    /// </summary>
    public async Task<SignedIn?> StartAsync(HttpContext http, User user)
    {
        var before = await FindStoredAsync(http);
        var (session, value) = await sessions.CreateAsync(user.Sub, http.Request.Headers.UserAgent, http.RequestAborted);

        if (before is not null)
        {
            await families.MoveAsync(before, session, http.RequestAborted);
            await sessions.EndAsync(before, CancellationToken.None);
        }

        // A user who is disabled after this check loses this session with all others.
        if (await FindUserAsync(user.Sub, http.RequestAborted) is not { Enabled: true })
        {
            await sessions.EndAsync(session, CancellationToken.None);

            return null;
        }

        cookie.Set(http.Response, value);
        var signedIn = new SignedIn(user, session);
        http.Items[Key] = signedIn;

        return signedIn;
    }

    /// <summary>Ends the session of the request, if there is one, and removes the cookie.</summary>
    public async Task EndAsync(HttpContext http)
    {
        if (cookie.Read(http.Request) is null)
        {
            return;
        }

        if (await FindStoredAsync(http) is { } session)
        {
            await sessions.EndAsync(session, http.RequestAborted);
        }

        cookie.Remove(http.Response);
        http.Items[Key] = null;
    }

    private async Task<Session?> FindStoredAsync(HttpContext http) =>
        cookie.Read(http.Request) is { } value ? await sessions.FindAsync(value, http.RequestAborted) : null;

    private async Task<SignedIn?> ReadAsync(HttpContext http)
    {
        if (cookie.Read(http.Request) is not { } value
            || await sessions.FindAsync(value, http.RequestAborted) is not { } session
            || await FindUserAsync(session.Sub, http.RequestAborted) is not { Enabled: true } user)
        {
            return null;
        }

        if (await sessions.ExtendAsync(session, http.RequestAborted) is { } extended)
        {
            cookie.Set(http.Response, value);
            session = extended;
        }

        return new(user, session);
    }

    private async Task<User?> FindUserAsync(string sub, CancellationToken cancellation)
    {
        try
        {
            return await users.FindAsync(sub, cancellation);
        }
        catch (DamagedUserException)
        {
            // Another user can sign in with this browser.
            return null;
        }
    }
}
