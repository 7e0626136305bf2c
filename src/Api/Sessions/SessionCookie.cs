using Api.Configuration;

namespace Api.Sessions;

/// <summary>
/// The cookie of a browser session (RFC 6265). With https, its name has the prefix <c>__Host-</c>: no other host and no http page can set
/// it. Browsers refuse the prefix on http://localhost.
/// </summary>
internal sealed class SessionCookie(AuthorizationServerOptions options)
{
    private const string HttpName = "session";
    private const string HttpsName = "__Host-" + HttpName;

    private readonly bool _isHttps = options.Issuer.StartsWith("https:", StringComparison.Ordinal);

    public string Name => _isHttps ? HttpsName : HttpName;

    public string? Read(HttpRequest request) => request.Cookies[Name];

    public void Set(HttpResponse response, string value) => response.Cookies.Append(Name, value, Attributes(options.SessionLifetime));

    public void Remove(HttpResponse response) => response.Cookies.Append(Name, "", Attributes(TimeSpan.Zero));

    // Lax: the cookie is sent when a client sends the browser to the authorization endpoint, but not with a POST from another site.
    private CookieOptions Attributes(TimeSpan maxAge) => new()
    {
        HttpOnly = true,
        Secure = _isHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = maxAge,
        IsEssential = true,
    };
}
