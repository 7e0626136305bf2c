using System.Text.Encodings.Web;
using Api.Configuration;
using Api.Hosting;
using RazorSlices;

namespace Api.SignIn;

/// <summary>Renders a page and sends it with its Content-Security-Policy, which allows no inline code and no frame.</summary>
/// <param name="title">The title of the page.</param>
/// <param name="create">Creates the template.</param>
/// <param name="status">The status of the response.</param>
/// <param name="formAction">Where its forms may be sent: a source expression of Content Security Policy.</param>
/// <param name="continuesTo">Where the browser goes by itself; null: nowhere.</param>
internal sealed class PageResult(
    string title, Func<PageFrame, RazorSlice> create, int status, string formAction, string? continuesTo = null) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var options = httpContext.RequestServices.GetRequiredService<AuthorizationServerOptions>();
        var assets = httpContext.RequestServices.GetRequiredService<Assets>();
        var frame = new PageFrame(
            title,
            options.DisplayName is "" ? new Uri(options.Issuer).Host : options.DisplayName,
            options.LogoUri is "" ? null : new Uri(options.LogoUri),
            httpContext.Request.PathBase,
            assets.StyleSheet.FileName,
            assets.Script.FileName);
        using var slice = create(frame);
        using var html = new MemoryStream();
        await slice.RenderAsync(html, HtmlEncoder.Default, httpContext.RequestAborted);

        var response = httpContext.Response;
        response.StatusCode = status;
        response.NoStore();
        response.Headers.ContentSecurityPolicy = PolicyOf(options, formAction);
        // With no-referrer, browsers send the forms of a page without their origin.
        response.Headers["Referrer-Policy"] = "same-origin";

        if (continuesTo is not null)
        {
            response.Headers["Refresh"] = $"0;url={continuesTo}";
        }

        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        await response.BodyWriter.WriteAsync(html.GetBuffer().AsMemory(0, (int)html.Length), httpContext.RequestAborted);
    }

    private static string PolicyOf(AuthorizationServerOptions options, string formAction) =>
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + $"img-src {(options.LogoUri is "" ? "'none'" : new Uri(options.LogoUri).GetLeftPart(UriPartial.Authority))}; "
        + $"form-action {formAction}; base-uri 'none'; frame-ancestors 'none'";
}
