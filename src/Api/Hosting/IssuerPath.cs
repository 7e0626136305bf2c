using Api.Configuration;
using Microsoft.AspNetCore.Builder.Extensions;

namespace Api.Hosting;

/// <summary>Serves an issuer that has a path below that path: the addresses in its metadata begin with it (RFC 8414 §3.1).</summary>
internal static class IssuerPath
{
    public static void UseIssuerPath(this WebApplication app, AuthorizationServerOptions options)
    {
        var path = new PathString(PathString.FromUriComponent(new Uri(options.Issuer)).Value?.TrimEnd('/'));

        if (path.HasValue)
        {
            // Not app.UsePathBase: a WebApplication then inserts routing here, and open routes would skip the middleware that follows.
            app.Use(next => new UsePathBaseMiddleware(next, path).Invoke);
        }
    }
}
