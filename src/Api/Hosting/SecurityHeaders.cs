using Api.Configuration;
using Microsoft.AspNetCore.Diagnostics;

namespace Api.Hosting;

/// <summary>
/// Puts on every answer what keeps a browser from being used against it: no guessing of types, no address passed on, no frame, nothing
/// loaded, and https from then on (RFC 6797).
/// </summary>
internal static class SecurityHeaders
{
    private const string NothingLoaded = "default-src 'none'; frame-ancestors 'none'";

    // All of it comes from here; its style sheets draw with pictures in data: addresses, and its code sets styles on elements.
    private const string SwaggerPages =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static void AddSecurityHeaders(this IServiceCollection services) => services.AddExceptionHandler<AfterException>();

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var isHttps = IsHttps(app.Services.GetRequiredService<AuthorizationServerOptions>());

        app.Use((http, next) =>
        {
            AddTo(http, isHttps);

            return next(http);
        });
    }

    private static bool IsHttps(AuthorizationServerOptions options) => options.Issuer.StartsWith("https:", StringComparison.Ordinal);

    private static void AddTo(HttpContext http, bool isHttps)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/swagger", StringComparison.Ordinal) ? SwaggerPages : NothingLoaded;

        if (isHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }
    }

    /// <summary>The answer to an exception begins anew, without any header. To be asked ahead of those who write it.</summary>
    private sealed class AfterException(AuthorizationServerOptions options) : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            AddTo(httpContext, IsHttps(options));

            return ValueTask.FromResult(false);
        }
    }
}
