using System.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The whole way of a person: link, passkey, app, tokens, another sign-in, and out.</summary>
public sealed class WholeWayTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Person_signs_in_to_an_app_and_out_again()
    {
        var (user, first, authenticator) = await _app.Api.EnrollAsync("ada");
        _app.Api.Time.Now += TimeSpan.FromMinutes(5);
        var browser = new Browser(_app.Api);

        var request = $"/oauth2/authorize?{Encode(Request(("prompt", "login"), ("login_hint", "ada")))}";
        var back = await SignInAsync(browser, authenticator, request);
        using var answer = await browser.GetAsync(back);
        var (_, tokens) = await _app.RedeemAsync(ReadAnswer(answer)["code"]);
        var idToken = tokens.GetProperty("id_token").GetString()!;
        using var out_ = await browser.GetAsync($"/oauth2/logout?id_token_hint={idToken}&post_logout_redirect_uri=https://app.example/bye");

        Assert.Equal(user.Sub, ClaimsOf(idToken).GetProperty("sub").GetString());
        Assert.Equal(_app.Api.Time.Now.ToUnixTimeSeconds(), ClaimsOf(idToken).GetProperty("auth_time").GetInt64());
        Assert.Equal("https://app.example/bye", out_.Headers.Location?.OriginalString);
        Assert.False(await browser.IsSignedInAsync());
        Assert.True(await first.IsSignedInAsync());
    }

    [Fact]
    public async Task Session_of_the_browser_is_replaced_when_the_app_asks_to_sign_in_again()
    {
        var (_, browser, authenticator) = await _app.Api.EnrollAsync("ada");
        var before = browser.Cookies["__Host-session"];
        _app.Api.Time.Now += TimeSpan.FromMinutes(5);

        using var answer = await browser.GetAsync(
            await SignInAsync(browser, authenticator, $"/oauth2/authorize?{Encode(Request(("max_age", "60")))}"));

        Assert.Contains("code", ReadAnswer(answer).Keys);
        Assert.NotEqual(before, browser.Cookies["__Host-session"]);
    }

    private static async Task<string> SignInAsync(Browser browser, Authenticator authenticator, string request)
    {
        using var toSignIn = await browser.GetAsync(request);
        var signIn = toSignIn.Headers.Location!.OriginalString;
        using var page = await browser.GetAsync(signIn);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        var back = QueryHelpers.ParseQuery(signIn["/sign-in".Length..])["return_to"].ToString();
        Assert.Contains(WebUtility.HtmlEncode(back), await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NoContent, await browser.SignInAsync(authenticator));

        return back;
    }
}
