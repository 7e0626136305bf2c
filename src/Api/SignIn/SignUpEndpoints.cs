using Api.Configuration;
using Api.Sessions;
using Api.Users;
using Microsoft.AspNetCore.Mvc;

namespace Api.SignIn;

/// <summary>The page /sign-in/new, where anyone can create an account if the setting SignUp is open. It leads to a one-time link.</summary>
internal static class SignUpEndpoints
{
    public const string Path = "/sign-in/new";

    public static void MapSignUpPage(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, Get);
        routes.MapPost(Path, PostAsync);
    }

    /// <summary>The path of the page, from which people return to the given path.</summary>
    public static string PathOf(HttpRequest request, string returnTo) =>
        $"{request.PathBase.ToUriComponent()}{Path}?return_to={Uri.EscapeDataString(returnTo)}";

    private static IResult Get(HttpContext http, [FromQuery(Name = "return_to")] string? returnTo) =>
        Pages.SignUp(new(ReturnPath.Find(http.Request, returnTo)));

    private static async Task<IResult> PostAsync(
        Enrollment enrollment, AuthorizationServerOptions options, HttpContext http, [FromQuery(Name = "return_to")] string? returnTo)
    {
        if (!SameOrigin.IsSameOrigin(http.Request, options))
        {
            return FormRequest.Foreign;
        }

        if (await FormRequest.ReadFieldAsync(http, "name") is not { } name)
        {
            return FormRequest.Unreadable;
        }

        name = name.Trim();

        if (name is not "" && !User.IsName(name))
        {
            return Pages.Error(
                StatusCodes.Status400BadRequest, "Name not accepted", $"A name has at most {User.MaximumNameLength} characters. Go back and change it.");
        }

        var link = await enrollment.BeginSignUpAsync(name is "" ? null : name, http.RequestAborted);
        var next = ReturnPath.Find(http.Request, returnTo) is { } path ? $"?return_to={Uri.EscapeDataString(path)}" : "";

        return new SeeOther($"{http.Request.PathBase.ToUriComponent()}{EnrollmentLinks.Path}{link}{next}");
    }
}
