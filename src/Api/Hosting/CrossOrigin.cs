using Api.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Api.Hosting;

/// <summary>Cross-origin requests from the origins in the setting <c>CorsOrigins</c> (Fetch standard, "CORS protocol").</summary>
internal static class CrossOrigin
{
    private static readonly PathString[] Pages = ["/oauth2/authorize", "/oauth2/logout", "/sign-in", "/enroll", "/account"];

    public static void AddCrossOrigin(this IServiceCollection services)
    {
        services.AddCors();
        services.AddSingleton<IValidateOptions<AuthorizationServerOptions>, CorsOriginsValidator>();
        services.AddOptions<Microsoft.AspNetCore.Cors.Infrastructure.CorsOptions>()
            .Configure<AuthorizationServerOptions>((cors, server) => cors.AddDefaultPolicy(policy => policy
                .WithOrigins(Origins(server))
                .WithMethods(HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Patch, HttpMethods.Delete)
                .WithHeaders(HeaderNames.Authorization, HeaderNames.ContentType, HeaderNames.IfMatch)
                .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Location, HeaderNames.RetryAfter, HeaderNames.WWWAuthenticate)
                .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
    }

    /// <summary>Adds the CORS middleware. Call this before authorization, because a preflight request carries no token.</summary>
    public static void UseCrossOrigin(this WebApplication app)
    {
        if (Origins(app.Services.GetRequiredService<AuthorizationServerOptions>()) is not [])
        {
            app.UseWhen(http => !IsPage(http.Request.Path), branch =>
            {
                branch.Use((http, next) =>
                {
                    // OnStarting callbacks run in reverse order, so this one runs after that of the CORS middleware.
                    http.Response.OnStarting(VaryByOriginAsync, http.Response);

                    return next(http);
                });
                branch.UseCors();
            });
        }
    }

    // A browser opens the pages of sign-in itself. The authorization endpoint must not support CORS (RFC 9700 §2.6).
    private static bool IsPage(PathString path) => Pages.Any(page => path.StartsWithSegments(page, StringComparison.OrdinalIgnoreCase));

    // Every response needs Vary: Origin (Fetch standard, "CORS protocol and HTTP caches"). The CORS middleware omits it for a
    // request without Origin and for a policy with one origin, so a cache could return such a response to a page.
    private static Task VaryByOriginAsync(object state)
    {
        var headers = ((HttpResponse)state).Headers;

        if (!headers.GetCommaSeparatedValues(HeaderNames.Vary).Contains(HeaderNames.Origin, StringComparer.OrdinalIgnoreCase))
        {
            headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        }

        return Task.CompletedTask;
    }

    /// <summary>Returns whether the text is a serialized origin (RFC 6454 §6.2): scheme, host and port only.</summary>
    public static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
        && uri.GetLeftPart(UriPartial.Authority) == text;

    public static string[] Origins(AuthorizationServerOptions options) =>
        options.CorsOrigins.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
