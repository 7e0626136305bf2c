using Api.Audit;
using Api.Sessions;
using Api.SignIn.Passkeys;
using Api.Users;

namespace Api.SignIn;

/// <summary>The page /account, the forms on it, and the requests of its script.</summary>
internal static class AccountEndpoints
{
    private static readonly IResult OtherOrigin = Refuse(
        StatusCodes.Status403Forbidden, "Not accepted", "The request does not come from a page of this server. Open your account again.");

    private static readonly IResult NotFound =
        Refuse(StatusCodes.Status404NotFound, "Not found", "It was changed or removed in the meantime. Open your account again.");

    private static readonly IResult LastPasskey = Refuse(
        StatusCodes.Status409Conflict, "Not removed", "This is your only passkey. Add another one before you remove it.");

    private static readonly IResult WrongName = Refuse(
        StatusCodes.Status400BadRequest, "Not renamed", $"A name has 1 to {Passkey.MaximumNameLength} characters.");

    public static void MapAccountPage(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(ReturnPath.Account, GetAsync);
        routes.MapPost("/account/passkeys/{id}/name", (AccountServices account, HttpContext http, string id) =>
            ChangeAsync(account, http, signedIn => RenameAsync(account, http, signedIn, id)));
        routes.MapPost("/account/passkeys/{id}/remove", (AccountServices account, HttpContext http, string id) =>
            ChangeAsync(account, http, signedIn => RemoveAsync(account, http, signedIn, id)));
        routes.MapPost("/account/apps/remove", (AccountServices account, HttpContext http) =>
            ChangeAsync(account, http, signedIn => RemoveAppAsync(account, http, signedIn)));
        routes.MapPost("/account/sessions/{sid}/end", (AccountServices account, HttpContext http, string sid) =>
            ChangeAsync(account, http, signedIn => EndSessionAsync(account, http, signedIn, sid)));
        routes.MapPost("/account/sessions/end", (AccountServices account, HttpContext http) => ChangeAsync(account, http, async _ =>
        {
            await account.Current.EndAsync(http);

            return Pages.SignedOut();
        }));
        routes.MapPost("/account/sessions/end-all", (AccountServices account, HttpContext http) => ChangeAsync(account, http, async signedIn =>
        {
            await account.Current.EndAsync(http);
            await account.Sessions.EndAllAsync(signedIn.User.Sub, CancellationToken.None);
            await account.Families.EndAllAsync(signedIn.User.Sub, CancellationToken.None);

            return Pages.SignedOut();
        }));
    }

    public static void MapAccountAnswers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/account/passkeys/options", PostOptionsAsync);
        routes.MapPost("/account/passkeys", PostPasskeyAsync);
    }

    private static async Task<IResult> GetAsync(AccountServices account, HttpContext http)
    {
        if (await account.Current.FindAsync(http) is not { } signedIn)
        {
            return SignInFirst(http);
        }

        var (user, current) = signedIn;
        var passkeys = await account.Users.ListPasskeysAsync(user.Sub, http.RequestAborted);
        var sessions = await account.Sessions.ListAsync(user.Sub, http.RequestAborted);
        var apps = await account.ListAppsAsync(user.Sub, http.RequestAborted);

        return Pages.Account(new(
            user.UserName,
            user.Name,
            [.. passkeys.Select(passkey => new AccountPasskey(
                passkey.Id, passkey.Name, passkey.CreatedAt, passkey.LastUsed, passkey.IsBackedUp))],
            [.. sessions.Select(session => new AccountSession(
                session.Sid, BrowserName.Of(session.UserAgent), session.AuthenticatedAt, session.LastUsedAt, session.Id == current.Id))],
            apps,
            passkeys.Length < User.MaximumPasskeys,
            IsRecent(account, current)));
    }

    private static async Task<IResult> PostOptionsAsync(AccountServices account, PasskeyRegistration registration, HttpContext http) =>
        !SameOrigin.IsSameOrigin(http.Request, account.Options) ? PasskeyResults.OtherOrigin
        : await account.Current.FindAsync(http) is not var (user, session) ? PasskeyResults.SignedOut
        : !IsRecent(account, session) ? PasskeyResults.SignInAgain
        : await registration.BeginAsync(http, user, CeremonyPurpose.Add(user.Sub, session.Id));

    private static async Task<IResult> PostPasskeyAsync(AccountServices account, PasskeyRegistration registration, HttpContext http)
    {
        if (!SameOrigin.IsSameOrigin(http.Request, account.Options))
        {
            return PasskeyResults.OtherOrigin;
        }

        if (await account.Current.FindAsync(http) is not var (user, session))
        {
            return PasskeyResults.SignedOut;
        }

        if (!IsRecent(account, session))
        {
            return PasskeyResults.SignInAgain;
        }

        var (_, problem) = await registration.CompleteAsync(http, CeremonyPurpose.Add(user.Sub, session.Id), () => Task.FromResult(true));

        return problem ?? PasskeyResults.Done(http);
    }

    private static async Task<IResult> ChangeAsync(AccountServices account, HttpContext http, Func<SignedIn, Task<IResult>> change) =>
        !SameOrigin.IsSameOrigin(http.Request, account.Options) ? OtherOrigin
        : await account.Current.FindAsync(http) is not { } signedIn ? SignInFirst(http)
        : await change(signedIn);

    private static async Task<IResult> RenameAsync(AccountServices account, HttpContext http, SignedIn signedIn, string id)
    {
        var name = (await FormRequest.ReadFieldAsync(http, "name"))?.Trim();

        if (name is not { Length: > 0 and <= Passkey.MaximumNameLength } || name.Any(char.IsControl))
        {
            return WrongName;
        }

        var sub = signedIn.User.Sub;

        if ((await account.Users.ListPasskeysAsync(sub, http.RequestAborted)).FirstOrDefault(passkey => passkey.Id == id) is not { } before)
        {
            return NotFound;
        }

        var after = before with { Name = name, Version = Storage.Document.NewVersion() };

        return await account.Users.ChangePasskeyAsync(sub, before, after, http.RequestAborted) ? BackToAccount(http) : NotFound;
    }

    private static async Task<IResult> RemoveAsync(AccountServices account, HttpContext http, SignedIn signedIn, string id)
    {
        const string Removed = "removed";

        if (!IsRecent(account, signedIn.Session))
        {
            return SignInFirst(http);
        }

        var sub = signedIn.User.Sub;
        var passkeys = await account.Users.ListPasskeysAsync(sub, http.RequestAborted);

        if (passkeys.FirstOrDefault(candidate => candidate.Id == id) is not { } passkey)
        {
            return NotFound;
        }

        // It is kept also if another request removes it at the same time.
        if (passkeys.FirstOrDefault(candidate => candidate.Id != id) is not { } kept)
        {
            return LastPasskey;
        }

        account.Audit.PasskeyChangeIntended(http, sub, Removed, passkey.Name);
        var isRemoved = await account.Users.RemovePasskeyAsync(sub, passkey, kept, CancellationToken.None);
        account.Audit.PasskeyChanged(http, sub, isRemoved ? Removed : Removed + AuditLog.NotMade, passkey.Name);

        return isRemoved ? BackToAccount(http) : NotFound;
    }

    private static async Task<IResult> RemoveAppAsync(AccountServices account, HttpContext http, SignedIn signedIn)
    {
        if (await FormRequest.ReadFieldAsync(http, "client_id") is not { } clientId)
        {
            return NotFound;
        }

        var sub = signedIn.User.Sub;

        foreach (var family in (await account.Families.ListAsync(sub, http.RequestAborted)).Where(family => family.ClientId == clientId))
        {
            await account.Families.EndAsync(sub, family.Id, CancellationToken.None);
        }

        return await account.Consents.RemoveAsync(sub, clientId, CancellationToken.None) ? BackToAccount(http) : NotFound;
    }

    private static async Task<IResult> EndSessionAsync(AccountServices account, HttpContext http, SignedIn signedIn, string sid)
    {
        var sessions = await account.Sessions.ListAsync(signedIn.User.Sub, http.RequestAborted);

        if (sessions.FirstOrDefault(session => session.Sid == sid) is { } session)
        {
            await account.Sessions.EndAsync(session, http.RequestAborted);
        }

        return BackToAccount(http);
    }

    // With a stolen cookie, no one makes a passkey that works for longer than the session.
    private static bool IsRecent(AccountServices account, Session session) => session.IsRecentAt(account.Time.GetUtcNow());

    private static IResult Refuse(int status, string title, string text) => Pages.Error(status, title, text, PageLink.Account);

    // See Other, so that the browser gets the page and a reload does not send the form again (RFC 9110 §15.4.4).
    private static SeeOther BackToAccount(HttpContext http) => new(http.Request.PathBase.ToUriComponent() + ReturnPath.Account);

    private static SeeOther SignInFirst(HttpContext http)
    {
        var root = http.Request.PathBase.ToUriComponent();

        return new($"{root}/sign-in?return_to={Uri.EscapeDataString(root + ReturnPath.Account)}");
    }
}
