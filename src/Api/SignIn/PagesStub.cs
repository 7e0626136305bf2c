using System.Net;
using System.Text;
using Api.Hosting;

namespace Api.SignIn;

internal sealed record ConsentPage(string ClientName, string UserName, IReadOnlyList<string> Scopes, IReadOnlyDictionary<string, string> Parameters);

internal sealed record ConfirmSignOutPage(string UserName, IReadOnlyDictionary<string, string> Parameters);

/// <summary>Plain pages. The templates replace this file.</summary>
internal static class Pages
{
    public const string Decision = "decision";
    public const string Allow = "allow";
    public const string Deny = "deny";

    public static IResult Consent(ConsentPage page) => new Html(200, $"<button name=\"decision\" value=\"allow\">{WebUtility.HtmlEncode(page.ClientName)}</button>");

    public static IResult ConfirmSignOut(ConfirmSignOutPage page) => new Html(200, page.UserName);

    public static IResult FormPost(Uri action, IReadOnlyDictionary<string, string> parameters) => new Html(
        200,
        $"<form method=\"post\" action=\"{WebUtility.HtmlEncode(action.OriginalString)}\">"
        + string.Concat(parameters.Select(p => $"<input type=\"hidden\" name=\"{WebUtility.HtmlEncode(p.Key)}\" value=\"{WebUtility.HtmlEncode(p.Value)}\">")) + "<button>Continue</button></form>");

    public static IResult SignedOut() => new Html(200, "Signed out");

    public static IResult Error(int status, string title, string text) => new Html(status, title + text);

    private sealed class Html(int status, string text) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.NoStore();
            httpContext.Response.StatusCode = status;
            httpContext.Response.ContentType = "text/html; charset=utf-8";

            return httpContext.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
        }
    }
}
