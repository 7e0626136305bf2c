using Api.Configuration;

namespace Api.Sessions;

/// <summary>
/// Recognizes requests that a page of this server made, against cross-site request forgery (Fetch Metadata, "Sec-Fetch-Site"; RFC 6454
/// §7). A request without evidence is refused.
/// </summary>
internal static class SameOrigin
{
    public static bool IsSameOrigin(HttpRequest request, AuthorizationServerOptions options)
    {
        var (site, origin) = (request.Headers["Sec-Fetch-Site"], request.Headers.Origin);
        var isOwn = origin is [var one] && one == new Uri(options.Issuer).GetLeftPart(UriPartial.Authority);

        // Pages have the policy no-referrer, so a browser sends their forms with the origin "null" and Sec-Fetch-Site.
        return site.Count is 0 ? isOwn : site is ["same-origin"] && (isOwn || origin is [] or ["null"]);
    }
}
