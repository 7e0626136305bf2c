using Api.Audit;
using Api.Configuration;
using Api.Sessions;
using Api.SignIn.Passkeys;
using Microsoft.AspNetCore.Mvc;

namespace Api.SignIn;

/// <summary>The page /sign-in and the requests of its script.</summary>
internal static class SignInEndpoints
{
    private const int MaximumHintLength = 100;

    public static void MapSignInPage(this IEndpointRouteBuilder routes) => routes.MapGet("/sign-in", GetAsync);

    public static void MapSignInAnswers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/sign-in/options", PostOptionsAsync);
        routes.MapPost("/sign-in", PostAsync);
    }

    // A client can ask to sign in again, so only a request without a destination skips the page.
    private static async Task<IResult> GetAsync(
        CurrentSession sessions,
        AuthorizationServerOptions options,
        HttpContext http,
        [FromQuery(Name = "return_to")] string? returnTo,
        [FromQuery(Name = "login_hint")] string? hint)
    {
        var account = http.Request.PathBase.ToUriComponent() + ReturnPath.Account;

        if (returnTo is null && await sessions.FindAsync(http) is not null)
        {
            return new SeeOther(account);
        }

        var next = ReturnPath.Find(http.Request, returnTo) ?? account;

        return Pages.SignIn(new(
            next,
            hint is { Length: <= MaximumHintLength } ? hint : null,
            options.IsSignUpOpen ? SignUpEndpoints.PathOf(http.Request, next) : null));
    }

    private static async Task<IResult> PostOptionsAsync(PasskeyCeremonies ceremonies, AuthorizationServerOptions options, HttpContext http) =>
        SameOrigin.IsSameOrigin(http.Request, options)
            ? PasskeyResults.Options(http, await ceremonies.BeginSignInAsync(http))
            : PasskeyResults.OtherOrigin;

    private static async Task<IResult> PostAsync(
        PasskeyCeremonies ceremonies, CurrentSession sessions, AuthorizationServerOptions options, AuditLog audit, HttpContext http)
    {
        if (!SameOrigin.IsSameOrigin(http.Request, options))
        {
            return PasskeyResults.OtherOrigin;
        }

        if (await PasskeyAnswer.ReadAsync(http.Request) is not { } answer
            || await ceremonies.SignInAsync(http, answer) is not var (user, passkey)
            || await sessions.StartAsync(http, user) is not { } signedIn)
        {
            return PasskeyResults.Refused;
        }

        audit.SignedIn(http, user.Sub, signedIn.Session.Sid, passkey.Name);

        return PasskeyResults.Done(http);
    }
}
