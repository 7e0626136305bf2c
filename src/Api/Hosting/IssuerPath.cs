using Api.Configuration;
using Microsoft.AspNetCore.Builder.Extensions;

namespace Api.Hosting;

/// <summary>Serves an issuer with a path below that path, as the URLs in its metadata start with it (RFC 8414 §3.1).</summary>
internal static class IssuerPath
{
    public static void UseIssuerPath(this WebApplication app, AuthorizationServerOptions options)
    {
        var path = new PathString(PathString.FromUriComponent(new Uri(options.Issuer)).Value?.TrimEnd('/'));

        if (path.HasValue)
        {
            // app.UsePathBase would insert routing here, and short-circuited routes would skip the middleware that follows.
            app.Use(next => new UsePathBaseMiddleware(next, path).Invoke);
        }
    }
}
