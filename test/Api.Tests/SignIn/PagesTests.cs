using System.Net;
using Api.SignIn;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.SignIn;

/// <summary>The pages: headers, encoding, assets, and where sign-in leads.</summary>
public sealed class PagesTests : IDisposable
{
    private const string Hostile = "\"><script>alert(1)</script>'&{{7*7}}";

    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Page_has_a_policy_without_inline_code_and_is_not_cached()
    {
        using var response = await _api.GetAsync("/sign-in");

        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'none'; form-action 'self'; "
            + "base-uri 'none'; frame-ancestors 'none'",
            response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("same-origin", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        var html = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("style=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<script(?![^>]*src=)|\\son[a-z]+=", html);
    }

    [Fact]
    public async Task Name_and_logo_are_settings()
    {
        _api.Set("DisplayName", "Orders <R&D>").Set("LogoUri", "https://cdn.example/logo.svg");

        using var response = await _api.GetAsync("/sign-in");

        var html = await response.Content.ReadAsStringAsync();
        Assert.Contains("<span>Orders &lt;R&amp;D&gt;</span>", html, StringComparison.Ordinal);
        Assert.Contains("src=\"https://cdn.example/logo.svg\"", html, StringComparison.Ordinal);
        Assert.Contains("img-src https://cdn.example;", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Assets_are_kept_for_a_year_and_found_below_the_path_of_the_issuer()
    {
        _api.Set("Issuer", "https://issuer.example/auth");
        using var page = await _api.GetAsync("/auth/sign-in");
        var html = await page.Content.ReadAsStringAsync();

        foreach (var (attribute, type) in ((string, string)[])[("href=\"", "text/css"), ("src=\"", "text/javascript")])
        {
            var path = html[(html.IndexOf(attribute, StringComparison.Ordinal) + attribute.Length)..].Split('"')[0];
            using var asset = await _api.GetAsync(path);

            Assert.StartsWith("/auth/assets/page.", path, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, asset.StatusCode);
            Assert.Equal(type, asset.Content.Headers.ContentType!.MediaType);
            Assert.Equal("public, max-age=31536000, immutable", asset.Headers.GetValues("Cache-Control").Single());
        }
    }

    [Theory]
    [InlineData("/assets/page.css")]
    [InlineData("/assets/page.aaaaaaaaaaaaaaaa.css")]
    [InlineData("/assets/..%2fappsettings.json")]
    [InlineData("/enroll/short")]
    [InlineData("/enroll/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task Unknown_file_or_link_is_not_found(string path)
    {
        using var response = await _api.GetAsync(path);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("DELETE", "/sign-in", "GET, HEAD, POST")]
    [InlineData("GET", "/sign-in/options", "POST")]
    [InlineData("POST", "/account", "GET, HEAD")]
    [InlineData("GET", "/account/sessions/end", "POST")]
    public async Task Other_methods_are_refused(string method, string path, string allowed)
    {
        using var response = await _api.SendAsync(new(method), path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
    }

    [Fact]
    public async Task Nothing_is_served_with_sign_in_switched_off()
    {
        _api.Set("SignIn", "false");

        foreach (var path in (string[])["/sign-in", "/account", "/enroll/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/assets/page.css"])
        {
            using var response = await _api.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("/account", true)]
    [InlineData("/oauth2/authorize?client_id=a&redirect_uri=https%3A%2F%2Fapp.example%2F", true)]
    [InlineData("/oauth2/authorize", false)]
    [InlineData("/oauth2/authorize/../../x?", false)]
    [InlineData("//attacker.example/oauth2/authorize?", false)]
    [InlineData("/\\attacker.example/oauth2/authorize?", false)]
    [InlineData("https://attacker.example/account", false)]
    [InlineData("https:/oauth2/authorize?", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("/account?x", false)]
    [InlineData("/account/../x", false)]
    [InlineData("/oauth2/authorize?a=\tb", false)]
    [InlineData("/oauth2/authorize?a=\\b", false)]
    [InlineData("/oauth2/authorize?a#b", false)]
    [InlineData("/OAUTH2/authorize?a", false)]
    [InlineData("/oauth2/logout?a", false)]
    [InlineData("", false)]
    public async Task Sign_in_leads_to_the_authorization_endpoint_or_the_account(string returnTo, bool accepted)
    {
        using var response = await _api.GetAsync($"/sign-in?return_to={Uri.EscapeDataString(returnTo)}");

        var html = WebUtility.HtmlDecode(await response.Content.ReadAsStringAsync());
        Assert.Contains($"data-next=\"{(accepted ? returnTo : "/account")}\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_in_without_destination_shows_the_account_to_a_signed_in_user()
    {
        var (_, browser, _) = await _api.EnrollAsync("ada");

        using var response = await browser.GetAsync("/sign-in");
        using var again = await browser.GetAsync("/sign-in?return_to=%2Foauth2%2Fauthorize%3Fprompt%3Dlogin");

        Assert.Equal((HttpStatusCode.SeeOther, "/account"), (response.StatusCode, response.Headers.Location!.OriginalString));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    public static TheoryData<string> HostilePages => ["sign-in", "enroll", "account", "consent", "form-post", "sign-out", "continue", "error"];

    [Theory]
    [MemberData(nameof(HostilePages))]
    public async Task All_values_are_encoded(string name)
    {
        var parameters = new Dictionary<string, string> { [Hostile] = Hostile };
        var now = _api.Time.Now;
        var page = name switch
        {
            "sign-in" => Pages.SignIn(new(Hostile, Hostile)),
            "enroll" => Pages.Enroll(new(Hostile, Hostile, Hostile)),
            "account" => Pages.Account(new(
                Hostile, Hostile, [new(Hostile, Hostile, now, now, true), new(Hostile, Hostile, now, null, false)],
                [new(Hostile, Hostile, now, now, true), new(Hostile, Hostile, now, now, false)],
                [new(Hostile, Hostile, [Hostile], now, now)], true, true)),
            "consent" => Pages.Consent(new(Hostile, new(Hostile, Hostile), ["openid", Hostile], parameters)),
            "form-post" => Pages.FormPost(new("https://app.example/?" + Hostile), parameters),
            "sign-out" => Pages.ConfirmSignOut(new(new(Hostile, null), parameters)),
            "continue" => Pages.AfterForm(new SeeOther(Hostile)),
            _ => Pages.Error(400, Hostile, Hostile),
        };

        var html = await RenderAsync(page);

        Assert.DoesNotContain("<script>", html, StringComparison.Ordinal);
        Assert.DoesNotContain(Hostile, html, StringComparison.Ordinal);
        Assert.DoesNotContain("'&{{", html, StringComparison.Ordinal);
        Assert.Contains(WebUtility.HtmlEncode("<script>"), html, StringComparison.Ordinal);
    }

    private async Task<string> RenderAsync(IResult page)
    {
        var http = new DefaultHttpContext { RequestServices = _api.Services };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await page.ExecuteAsync(http);
        await http.Response.CompleteAsync();

        return System.Text.Encoding.UTF8.GetString(body.ToArray());
    }
}
