using Api.Configuration;
using Api.Hosting;
using Api.SignIn.Passkeys;

namespace Api.SignIn;

internal static class SignInServices
{
    public static void AddSignIn(this IServiceCollection services)
    {
        services.AddPasskeys();
        services.AddSingleton<Assets>();
        services.AddSingleton<AccountServices>();
    }

    /// <summary>Maps the pages. Each checks its session or its link itself.</summary>
    public static void MapSignIn(this IEndpointRouteBuilder routes)
    {
        var pages = routes.MapGroup("").AllowAnonymous().ExcludeFromDescription()
            .WithMetadata(new UnavailableAnswer(Pages.Error(
                StatusCodes.Status503ServiceUnavailable, "Not available", "The service is not available now. Try again in a minute.")));
        pages.ShortCircuit();
        var answers = routes.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        answers.ShortCircuit();

        pages.MapSignInPage();
        pages.MapEnrollPage();
        pages.MapAccountPage();

        if (routes.ServiceProvider.GetRequiredService<AuthorizationServerOptions>().IsSignUpOpen)
        {
            pages.MapSignUpPage();
            routes.MapMethodNotAllowed(SignUpEndpoints.Path, $"{HttpMethods.Get}, {HttpMethods.Post}");
        }

        answers.MapSignInAnswers();
        answers.MapEnrollAnswers();
        answers.MapAccountAnswers();
        answers.MapGet("/assets/{file}", AssetResult.Find);

        foreach (var path in (string[])["/account", "/assets/{file}"])
        {
            routes.MapMethodNotAllowed(path, HttpMethods.Get);
        }

        foreach (var path in (string[])["/sign-in", "/enroll/{link}"])
        {
            routes.MapMethodNotAllowed(path, $"{HttpMethods.Get}, {HttpMethods.Post}");
        }

        foreach (var path in (string[])
            [
                "/sign-in/options", "/enroll/{link}/options", "/account/passkeys", "/account/passkeys/options", "/account/passkeys/{id}/name",
                "/account/passkeys/{id}/remove", "/account/sessions/{sid}/end", "/account/sessions/end", "/account/sessions/end-all",
                "/account/apps/remove",
            ])
        {
            routes.MapMethodNotAllowed(path, HttpMethods.Post);
        }
    }
}
