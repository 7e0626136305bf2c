using Api.Configuration;
using Microsoft.AspNetCore.Diagnostics;

namespace Api.Hosting;

/// <summary>
/// Adds security headers to every response: no content sniffing, no referrer, no framing, no loaded resources, and https only
/// (RFC 6797).
/// </summary>
internal static class SecurityHeaders
{
    private const string NothingLoaded = "default-src 'none'; frame-ancestors 'none'";

    // Swagger UI loads everything from this origin. Its style sheets use images in data: URLs, and its code sets inline styles.
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

    /// <summary>
    /// Adds the headers again, because the exception handler middleware clears them. Register it before the handlers that write a
    /// response.
    /// </summary>
    private sealed class AfterException(AuthorizationServerOptions options) : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            AddTo(httpContext, IsHttps(options));

            return ValueTask.FromResult(false);
        }
    }
}
