using Api.Audit;
using Api.Configuration;
using Api.Sessions;
using Api.SignIn.Passkeys;
using Api.Users;
using Microsoft.AspNetCore.Mvc;

namespace Api.SignIn;

/// <summary>The page of a one-time link, /enroll/{link}, and the requests of its script.</summary>
internal static class EnrollEndpoints
{
    public static void MapEnrollPage(this IEndpointRouteBuilder routes) => routes.MapGet("/enroll/{link}", GetAsync);

    public static void MapEnrollAnswers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/enroll/{link}/options", PostOptionsAsync);
        routes.MapPost("/enroll/{link}", PostAsync);
    }

    private static async Task<IResult> GetAsync(
        Enrollment enrollment, HttpContext http, string link, [FromQuery(Name = "return_to")] string? returnTo) =>
        await enrollment.FindUserAsync(link, http.RequestAborted) is { } user
            ? Pages.Enroll(new(link, user.UserName, user.Name, ReturnPath.Find(http.Request, returnTo)))
            : Pages.Error(
                StatusCodes.Status404NotFound,
                "This link does not work",
                "It has expired or was already used. Ask the person who gave it to you for a new one.");

    private static async Task<IResult> PostOptionsAsync(
        Enrollment enrollment, PasskeyRegistration registration, AuthorizationServerOptions options, HttpContext http, string link)
    {
        if (!SameOrigin.IsSameOrigin(http.Request, options))
        {
            return PasskeyResults.OtherOrigin;
        }

        return await enrollment.FindUserAsync(link, http.RequestAborted) is { } user
            ? await registration.BeginAsync(http, user, CeremonyPurpose.Enroll(user.Sub, link))
            : PasskeyResults.LinkRefused;
    }

    private static async Task<IResult> PostAsync(
        Enrollment enrollment,
        PasskeyRegistration registration,
        CurrentSession sessions,
        AuthorizationServerOptions options,
        AuditLog audit,
        HttpContext http,
        string link)
    {
        if (!SameOrigin.IsSameOrigin(http.Request, options))
        {
            return PasskeyResults.OtherOrigin;
        }

        if (await enrollment.FindUserAsync(link, http.RequestAborted) is not { } user)
        {
            return PasskeyResults.LinkRefused;
        }

        // A wrong answer does not use the link up. The first good one does, before its passkey exists.
        var (passkey, problem) = await registration.CompleteAsync(
            http,
            CeremonyPurpose.Enroll(user.Sub, link),
            () => enrollment.UseAsync(link, user, AuditLog.CallerOf(http) with { Name = user.Sub }));

        if (passkey is null)
        {
            return problem!;
        }

        if (await sessions.StartAsync(http, user) is not { } signedIn)
        {
            return PasskeyResults.Refused;
        }

        audit.SignedIn(http, user.Sub, signedIn.Session.Sid, passkey.Name);

        return PasskeyResults.Done(http);
    }
}
