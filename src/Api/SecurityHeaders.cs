namespace Api;

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

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var isHttps = app.Services.GetRequiredService<AuthorizationServerOptions>().Issuer.StartsWith("https:", StringComparison.Ordinal);

        app.Use((http, next) =>
        {
            // At the last moment, since an answer to an exception begins anew.
            http.Response.OnStarting(isHttps ? AddWithHttps : Add, http);

            return next(http);
        });
    }

    private static readonly Func<object, Task> Add = state => AddTo((HttpContext)state);

    private static readonly Func<object, Task> AddWithHttps = state =>
    {
        ((HttpContext)state).Response.Headers.StrictTransportSecurity = "max-age=31536000";

        return Add(state);
    };

    private static Task AddTo(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers.ContentSecurityPolicy = http.Request.Path.StartsWithSegments("/swagger", StringComparison.Ordinal) ? SwaggerPages : NothingLoaded;

        return Task.CompletedTask;
    }
}
