using System.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>prompt, max_age and id_token_hint (OpenID Connect Core 1.0 §3.1.2.1), and consent.</summary>
public sealed class PromptTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Nobody_is_asked_with_prompt_none()
    {
        using var without = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("prompt", "none")))}", null);
        using var with = await _app.AuthorizeAsync(("prompt", "none"));

        Assert.Equal("login_required", ReadAnswer(without)["error"]);
        Assert.Contains("code", ReadAnswer(with).Keys);
    }

    [Theory]
    [InlineData("login", null)]
    [InlineData("select_account", null)]
    [InlineData("login consent", null)]
    [InlineData(null, "0")]
    public async Task User_signs_in_again_and_then_continues(string? prompt, string? maxAge)
    {
        _app.Api.Time.Now += TimeSpan.FromMinutes(1);
        using var response = await _app.AuthorizeAsync(("prompt", prompt), ("max_age", maxAge));
        var back = ReturnOf(response);
        using var sameSession = await _app.BrowseAsync(back, _app.Cookie);
        _app.Api.Time.Now += TimeSpan.FromSeconds(5);
        var (_, cookie) = await _app.SignInAsync(_app.Ann);

        using var next = await _app.BrowseAsync(back, cookie);

        Assert.StartsWith("/sign-in?", sameSession.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.True(next.Headers.Location is null ? next.StatusCode is HttpStatusCode.OK : ReadAnswer(next).ContainsKey("code"));
    }

    [Theory]
    [InlineData(10, "10", true)]
    [InlineData(11, "10", false)]
    [InlineData(86400, "100000", true)]
    public async Task Session_older_than_max_age_is_not_enough(int age, string maxAge, bool isEnough)
    {
        _app.Api.Time.Now += TimeSpan.FromSeconds(age);

        using var response = await _app.AuthorizeAsync(("max_age", maxAge));
        using var silent = await _app.AuthorizeAsync(("max_age", maxAge), ("prompt", "none"));

        Assert.Equal(!isEnough, response.Headers.Location!.OriginalString.StartsWith("/sign-in?", StringComparison.Ordinal));
        Assert.Equal(isEnough ? null : "login_required", ReadAnswer(silent).GetValueOrDefault("error"));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Made_up_demand_for_a_sign_in_is_ignored(string demand)
    {
        _app.Api.Time.Now += TimeSpan.FromHours(2);

        using var response = await _app.AuthorizeAsync(("prompt", "login"), ("sign_in_demand", demand));

        Assert.StartsWith("/sign-in?", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_sign_in_fulfills_a_demand_once()
    {
        using var asks = await _app.AuthorizeAsync(("prompt", "login"));
        _app.Api.Time.Now += TimeSpan.FromSeconds(5);
        var (_, cookie) = await _app.SignInAsync(_app.Ann);

        using var first = await _app.BrowseAsync(ReturnOf(asks), cookie);
        using var again = await _app.BrowseAsync(ReturnOf(asks), cookie);

        Assert.Contains("code", ReadAnswer(first).Keys);
        Assert.StartsWith("/sign-in?", again.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hint_names_the_expected_user()
    {
        var hint = (await _app.GetTokensAsync()).GetProperty("id_token").GetString();
        var (_, other) = await _app.SignInAsync(await _app.AddUserAsync("bob", "USER"));
        var query = Encode(Request(("prompt", "none"), ("id_token_hint", hint)));

        using var same = await _app.BrowseAsync($"/oauth2/authorize?{query}", _app.Cookie);
        using var wrong = await _app.BrowseAsync($"/oauth2/authorize?{query}", other);
        using var asks = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("id_token_hint", hint)))}", other);
        using var back = await _app.BrowseAsync(ReturnOf(asks), other);

        Assert.Contains("code", ReadAnswer(same).Keys);
        Assert.Equal("login_required", ReadAnswer(wrong)["error"]);
        Assert.Equal("login_required", ReadAnswer(back)["error"]);
    }

    [Fact]
    public async Task Hint_of_another_client_or_of_nobody_is_no_hint()
    {
        var tokens = await _app.GetTokensAsync();
        var hint = tokens.GetProperty("id_token").GetString()!;
        string?[] wrong = [tokens.GetProperty("access_token").GetString(), "x", $"{hint}x", $"{hint[..^5]}AAAAA"];

        foreach (var token in wrong)
        {
            using var silent = await _app.AuthorizeAsync(("prompt", "none"), ("id_token_hint", token));
            using var asks = await _app.AuthorizeAsync(("id_token_hint", token));
            Assert.Equal("login_required", ReadAnswer(silent)["error"]);
            Assert.Contains("code", ReadAnswer(asks).Keys);
        }

        using var other = await _app.AuthorizeAsync(("prompt", "none"), ("id_token_hint", hint), ("client_id", "web"));
        Assert.Equal("login_required", ReadAnswer(other)["error"]);
    }

    [Fact]
    public async Task Consent_is_asked_once_for_the_same_scopes()
    {
        var query = Request(("client_id", "asking"), ("scope", "openid USER"));
        using var silent = await _app.AuthorizeAsync(("client_id", "asking"), ("prompt", "none"));
        using var page = await _app.BrowseAsync($"/oauth2/authorize?{Encode(query)}", _app.Cookie);

        using var denied = await _app.PostAsync("/oauth2/authorize", query.Append(new("decision", "deny")), _app.Cookie);
        using var again = await _app.BrowseAsync($"/oauth2/authorize?{Encode(query)}", _app.Cookie);
        using var allowed = await _app.PostAsync("/oauth2/authorize", query.Append(new("decision", "allow")), _app.Cookie);
        using var next = await _app.BrowseAsync($"/oauth2/authorize?{Encode(query)}", _app.Cookie);
        using var more = await _app.AuthorizeAsync(("client_id", "asking"), ("scope", "openid USER email"));

        Assert.Equal("consent_required", ReadAnswer(silent)["error"]);
        Assert.Equal(("access_denied", "s1"), (ReadAnswer(denied)["error"], ReadAnswer(denied)["state"]));
        Assert.Contains("code", ReadAnswer(allowed).Keys);
        Assert.Contains("code", ReadAnswer(next).Keys);
        Assert.All([page, again, more], one => Assert.Equal((HttpStatusCode.OK, null), (one.StatusCode, one.Headers.Location)));
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    [InlineData("none")]
    [InlineData(null)]
    public async Task Consent_from_another_site_is_refused(string? site)
    {
        var form = Request(("client_id", "asking")).Append(new("decision", "allow"));

        using var response = await _app.PostAsync("/oauth2/authorize", form, _app.Cookie, site);
        using var query = await _app.BrowseAsync($"/oauth2/authorize?{Encode(form)}", _app.Cookie);

        Assert.Equal((HttpStatusCode.Forbidden, null), (response.StatusCode, response.Headers.Location));
        Assert.Equal((HttpStatusCode.OK, null), (query.StatusCode, query.Headers.Location));
    }

    [Fact]
    public async Task Consent_can_be_withdrawn_on_the_account_page()
    {
        using var allowed = await _app.PostAsync(
            "/oauth2/authorize", Request(("client_id", "asking")).Append(new("decision", "allow")), _app.Cookie);
        using var before = await _app.BrowseAsync("/account", _app.Cookie);

        using var foreign = await _app.PostAsync("/account/apps/remove", [new("client_id", "asking")], _app.Cookie, "cross-site");
        using var silent = await _app.AuthorizeAsync(("client_id", "asking"), ("prompt", "none"));
        using var removed = await _app.PostAsync("/account/apps/remove", [new("client_id", "asking")], _app.Cookie);
        using var again = await _app.PostAsync("/account/apps/remove", [new("client_id", "asking")], _app.Cookie);
        using var after = await _app.BrowseAsync("/account", _app.Cookie);
        using var refused = await _app.AuthorizeAsync(("client_id", "asking"), ("prompt", "none"));

        Assert.Contains("name=\"client_id\" value=\"asking\"", await before.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        Assert.Contains("code=", silent.Headers.Location!.Query, StringComparison.Ordinal);
        Assert.Equal(["/account", "/account"], [removed.Headers.Location!.OriginalString, again.Headers.Location!.OriginalString]);
        Assert.DoesNotContain("asking", await after.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("error=consent_required", refused.Headers.Location!.Query, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_can_ask_for_consent()
    {
        using var page = await _app.AuthorizeAsync(("prompt", "consent"));
        using var allowed = await _app.PostAsync(
            "/oauth2/authorize", Request(("prompt", "consent")).Append(new("decision", "allow")), _app.Cookie);

        Assert.Contains("name=\"decision\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("code", ReadAnswer(allowed).Keys);
    }

    private static string ReturnOf(HttpResponseMessage response)
    {
        var location = response.Headers.Location!.OriginalString;
        Assert.StartsWith("/sign-in?", location, StringComparison.Ordinal);

        return QueryHelpers.ParseQuery(location["/sign-in".Length..])["return_to"]!;
    }
}
