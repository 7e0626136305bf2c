using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Api.Sessions;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.SignIn;

/// <summary>The account page and its forms.</summary>
public sealed partial class AccountTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Without_session_every_form_leads_to_sign_in()
    {
        var browser = new Browser(_api);
        using var page = await browser.GetAsync("/account");
        using var form = await browser.PostFormAsync("/account/sessions/end-all");

        Assert.Equal([HttpStatusCode.SeeOther, HttpStatusCode.SeeOther], [page.StatusCode, form.StatusCode]);
        Assert.Equal("/sign-in?return_to=%2Faccount", page.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Second_passkey_can_be_added_renamed_and_removed()
    {
        var (user, browser, first) = await _api.EnrollAsync("ada");
        var second = new Authenticator(ApiFactory.Issuer);
        var begun = await browser.BeginAsync("/account/passkeys/options");
        Assert.Equal(HttpStatusCode.NoContent, await browser.AnswerAsync("/account/passkeys", begun, second.Create(begun.GetProperty("options"))));
        var ids = await PasskeysAsync(browser);

        using var renamed = await browser.PostFormAsync($"/account/passkeys/{ids[0]}/name", ("name", " Key <ring> & more "));
        using var page = await browser.GetAsync("/account");
        using var removed = await browser.PostFormAsync($"/account/passkeys/{ids[0]}/remove");

        Assert.Equal([HttpStatusCode.SeeOther, HttpStatusCode.SeeOther], [renamed.StatusCode, removed.StatusCode]);
        Assert.Contains("<strong>Key &lt;ring&gt; &amp; more</strong>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
        HttpStatusCode[] answers = [await new Browser(_api).SignInAsync(first), await new Browser(_api).SignInAsync(second)];
        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.Forbidden], answers.Order());
    }

    [Fact]
    public async Task Passkeys_are_added_and_removed_only_after_a_recent_sign_in()
    {
        var (user, browser, first) = await _api.EnrollAsync("ada");
        var second = new Authenticator(ApiFactory.Issuer);
        var begun = await browser.BeginAsync("/account/passkeys/options");
        Assert.Equal(HttpStatusCode.NoContent, await browser.AnswerAsync("/account/passkeys", begun, second.Create(begun.GetProperty("options"))));
        _api.Time.Now = _api.Time.Now.AddMinutes(14);
        var late = await browser.BeginAsync("/account/passkeys/options");
        var ids = await PasskeysAsync(browser);
        _api.Time.Now = _api.Time.Now.AddMinutes(1);

        using var options = await browser.PostJsonAsync("/account/passkeys/options", new JsonObject());
        var added = await browser.AnswerAsync("/account/passkeys", late, new Authenticator(ApiFactory.Issuer).Create(late.GetProperty("options")));
        using var removed = await browser.PostFormAsync($"/account/passkeys/{ids[0]}/remove");
        using var renamed = await browser.PostFormAsync($"/account/passkeys/{ids[0]}/name", ("name", "Phone"));
        using var page = await browser.GetAsync("/account");
        var html = await page.Content.ReadAsStringAsync();

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.Forbidden], [options.StatusCode, added]);
        Assert.Equal("/sign-in?return_to=%2Faccount", removed.Headers.Location!.OriginalString);
        Assert.Equal("/account", renamed.Headers.Location!.OriginalString);
        Assert.Contains("href=\"/sign-in?return_to=%2Faccount\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/remove\"", html, StringComparison.Ordinal);
        Assert.Equal(2, (await _api.UsersOf().ListPasskeysAsync(user.Sub, default)).Length);

        await browser.SignInAsync(first);
        using var again = await browser.PostFormAsync($"/account/passkeys/{ids[0]}/remove");
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    [Fact]
    public async Task Only_passkey_is_not_removed()
    {
        var (user, browser, _) = await _api.EnrollAsync("ada");

        using var response = await browser.PostFormAsync($"/account/passkeys/{(await PasskeysAsync(browser))[0]}/remove");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    [Fact]
    public async Task Passkey_of_another_user_is_neither_renamed_nor_removed()
    {
        var (ada, ofAda, _) = await _api.EnrollAsync("ada");
        var (_, ofEve, _) = await _api.EnrollAsync("eve");
        var id = (await PasskeysAsync(ofAda))[0];

        using var renamed = await ofEve.PostFormAsync($"/account/passkeys/{id}/name", ("name", "mine"));
        using var removed = await ofEve.PostFormAsync($"/account/passkeys/{id}/remove");

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [renamed.StatusCode, removed.StatusCode]);
        Assert.Equal("Chrome on Linux", Assert.Single(await _api.UsersOf().ListPasskeysAsync(ada.Sub, default)).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a\u0000b")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901")]
    public async Task Name_of_a_passkey_has_limits(string name)
    {
        var (_, browser, _) = await _api.EnrollAsync("ada");

        using var response = await browser.PostFormAsync($"/account/passkeys/{(await PasskeysAsync(browser))[0]}/name", ("name", name));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Registration_of_one_session_is_not_completed_in_another()
    {
        var (_, ofAda, _) = await _api.EnrollAsync("ada");
        var (eve, ofEve, _) = await _api.EnrollAsync("eve");
        // The attacker prepares an answer, and the browser has the cookies of both.
        ofAda.Cookies["__Host-ceremony"] = ofEve.Cookies["__Host-ceremony"];
        var begun = await ofEve.BeginAsync("/account/passkeys/options");

        var status = await ofAda.AnswerAsync("/account/passkeys", begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(eve.Sub, default));
    }

    [Fact]
    public async Task Sign_out_ends_this_session_only()
    {
        var (_, first, authenticator) = await _api.EnrollAsync("ada");
        var second = new Browser(_api);
        await second.SignInAsync(authenticator);

        using var response = await first.PostFormAsync("/account/sessions/end");

        Assert.Contains("You are signed out", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(await first.IsSignedInAsync());
        Assert.True(await second.IsSignedInAsync());
    }

    [Fact]
    public async Task Sign_out_everywhere_ends_all_sessions_of_the_user()
    {
        var (_, first, authenticator) = await _api.EnrollAsync("ada");
        var (_, other, _) = await _api.EnrollAsync("eve");
        var second = new Browser(_api);
        await second.SignInAsync(authenticator);

        using var response = await first.PostFormAsync("/account/sessions/end-all");

        Assert.False(await first.IsSignedInAsync());
        Assert.False(await second.IsSignedInAsync());
        Assert.True(await other.IsSignedInAsync());
    }

    [Fact]
    public async Task Another_session_of_the_same_user_can_be_ended()
    {
        var (user, first, authenticator) = await _api.EnrollAsync("ada");
        var (_, other, _) = await _api.EnrollAsync("eve");
        var second = new Browser(_api);
        await second.SignInAsync(authenticator);
        var sid = (await _api.Services.GetRequiredService<SessionStore>().FindAsync(second.Cookies["__Host-session"], default))!.Sid;

        using var ofOther = await other.PostFormAsync($"/account/sessions/{sid}/end");
        var remains = await second.IsSignedInAsync();
        using var ofFirst = await first.PostFormAsync($"/account/sessions/{sid}/end");

        Assert.True(remains);
        Assert.False(await second.IsSignedInAsync());
        Assert.True(await first.IsSignedInAsync());
        Assert.Single(await _api.Services.GetRequiredService<SessionStore>().ListAsync(user.Sub, default));
    }

    [Fact]
    public async Task Disabled_user_sees_and_changes_nothing()
    {
        var (user, browser, _) = await _api.EnrollAsync("ada");
        var begun = await browser.BeginAsync("/account/passkeys/options");
        await _api.DisableAsync(user);

        using var page = await browser.GetAsync("/account");
        var answer = await browser.AnswerAsync("/account/passkeys", begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));

        Assert.Equal([HttpStatusCode.SeeOther, HttpStatusCode.Forbidden], [page.StatusCode, answer]);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    private static async Task<string[]> PasskeysAsync(Browser browser)
    {
        using var page = await browser.GetAsync("/account");

        return [.. Passkeys().Matches(await page.Content.ReadAsStringAsync()).Select(match => match.Groups[1].Value)];
    }

    [GeneratedRegex("/account/passkeys/([A-Za-z0-9_-]{43})/name")]
    private static partial Regex Passkeys();
}
