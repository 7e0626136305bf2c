using System.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.WebUtilities;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>prompt, max_age and id_token_hint (OpenID Connect Core 1.0 §3.1.2.1).</summary>
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

    // Anyone can store demands. One that was stored before the user signed in must not fulfill a later request.
    [Theory]
    [InlineData("state")]
    [InlineData("nonce")]
    [InlineData("code_challenge")]
    [InlineData("scope")]
    public async Task Demand_of_another_request_is_ignored(string name)
    {
        var value = name is "code_challenge" ? new string('A', 43) : "openid";
        using var prepared = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("prompt", "login"), (name, value)))}", null);
        var demand = QueryHelpers.ParseQuery(ReturnOf(prepared))["sign_in_demand"].ToString();
        _app.Api.Time.Now += TimeSpan.FromMinutes(1);
        var (_, cookie) = await _app.SignInAsync(_app.Ann);

        using var other = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("prompt", "login"), ("sign_in_demand", demand)))}", cookie);
        using var own = await _app.BrowseAsync(ReturnOf(prepared), cookie);

        Assert.StartsWith("/sign-in?", other.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Contains("code", ReadAnswer(own).Keys);
    }

    private static string ReturnOf(HttpResponseMessage response)
    {
        var location = response.Headers.Location!.OriginalString;
        Assert.StartsWith("/sign-in?", location, StringComparison.Ordinal);

        return QueryHelpers.ParseQuery(location["/sign-in".Length..])["return_to"]!;
    }
}
