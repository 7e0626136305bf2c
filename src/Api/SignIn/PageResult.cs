using System.Text.Encodings.Web;
using Api.Configuration;
using Api.Hosting;
using RazorSlices;

namespace Api.SignIn;

/// <summary>Renders a page and sends it with its Content-Security-Policy, which allows no inline code and no frame.</summary>
/// <param name="title">The title of the page.</param>
/// <param name="create">Creates the template.</param>
/// <param name="status">The status of the response.</param>
/// <param name="postsElsewhere">Whether the answer to the form can be a redirection to a client.</param>
internal sealed class PageResult(string title, Func<PageFrame, RazorSlice> create, int status, bool postsElsewhere) : IResult
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
        response.Headers.ContentSecurityPolicy = PolicyOf(options, postsElsewhere);
        // With no-referrer, browsers send the forms of a page without their origin.
        response.Headers["Referrer-Policy"] = "same-origin";
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = html.Length;
        await response.BodyWriter.WriteAsync(html.GetBuffer().AsMemory(0, (int)html.Length), httpContext.RequestAborted);
    }

    // Browsers apply form-action also to the redirections that follow, whose addresses only the client knows.
    private static string PolicyOf(AuthorizationServerOptions options, bool postsElsewhere) =>
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        + $"img-src {(options.LogoUri is "" ? "'none'" : new Uri(options.LogoUri).GetLeftPart(UriPartial.Authority))}; "
        + (postsElsewhere ? "" : "form-action 'self'; ")
        + "base-uri 'none'; frame-ancestors 'none'";
}
