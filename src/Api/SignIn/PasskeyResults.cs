using System.Net.Mime;
using Api.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Api.SignIn;

/// <summary>The answers to the script of the pages. The script shows the description of a problem.</summary>
internal static class PasskeyResults
{
    public static readonly IResult OtherOrigin =
        Problem(StatusCodes.Status403Forbidden, "The request does not come from a page of this server. Reload the page.");

    /// <summary>One text for all reasons, so that it does not tell which passkeys and accounts exist.</summary>
    public static readonly IResult Refused =
        Problem(StatusCodes.Status403Forbidden, "This passkey was not accepted, or you took longer than five minutes. Try again.");

    public static readonly IResult LinkRefused = Problem(
        StatusCodes.Status403Forbidden, "This link has expired or was already used. Ask the person who gave it to you for a new one.");

    public static readonly IResult SignedOut = Problem(StatusCodes.Status403Forbidden, "You are no longer signed in. Reload the page.");

    public static readonly IResult SignInAgain = Problem(
        StatusCodes.Status403Forbidden, "You signed in too long ago to add a passkey. Reload the page and sign in again.");

    public static readonly IResult TooManyPasskeys =
        Problem(StatusCodes.Status409Conflict, "This account has too many passkeys. Remove one first.");

    public static IResult Options(HttpContext http, byte[] options)
    {
        http.Response.NoStore();

        return TypedResults.Bytes(options, MediaTypeNames.Application.Json);
    }

    public static IResult Done(HttpContext http)
    {
        http.Response.NoStore();

        return TypedResults.NoContent();
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
