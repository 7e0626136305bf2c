using System.Net;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The logout endpoint (OpenID Connect RP-Initiated Logout 1.0).</summary>
public sealed class LogoutTests : IAsyncLifetime, IDisposable
{
    private const string Bye = "https://app.example/bye";

    private readonly SignInApp _app = new();
    private string _hint = "";

    public async Task InitializeAsync()
    {
        await _app.InitializeAsync();
        _hint = (await _app.GetTokensAsync()).GetProperty("id_token").GetString()!;
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Session_ends_and_the_browser_goes_back()
    {
        using var response = await LogoutAsync(("id_token_hint", _hint), ("post_logout_redirect_uri", Bye), ("state", "a&b"));

        Assert.Equal($"{Bye}?state=a%26b", response.Headers.Location?.OriginalString);
        Assert.Contains("max-age=0", Assert.Single(response.Headers.GetValues("Set-Cookie")), StringComparison.Ordinal);
        Assert.False(await IsSignedInAsync());
    }

    [Fact]
    public async Task Hint_may_have_expired()
    {
        _app.Api.Time.Now += TimeSpan.FromDays(1);

        using var response = await LogoutAsync(("id_token_hint", _hint), ("client_id", "app"), ("post_logout_redirect_uri", Bye));

        Assert.Equal(Bye, response.Headers.Location?.OriginalString);
        Assert.False(await IsSignedInAsync());
    }

    [Fact]
    public async Task Post_continues_as_a_get()
    {
        using var response = await _app.PostAsync(
            "/oauth2/logout", new Dictionary<string, string> { ["id_token_hint"] = _hint, ["post_logout_redirect_uri"] = Bye }, null, "cross-site");
        using var next = await _app.BrowseAsync(response.Headers.Location!.OriginalString, _app.Cookie);

        Assert.Equal(Bye, next.Headers.Location?.OriginalString);
        Assert.False(await IsSignedInAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https://app.example/bye/")]
    [InlineData("https://app.example/bye?a=b")]
    [InlineData("https://app.example/callback")]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("javascript:alert(1)")]
    public async Task Browser_goes_to_no_other_address(string? address)
    {
        using var response = await LogoutAsync(("id_token_hint", _hint), ("post_logout_redirect_uri", address), ("state", "s"));

        Assert.True(IsPage(response));
        Assert.False(await IsSignedInAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("x")]
    [InlineData("changed")]
    [InlineData("other client")]
    public async Task Without_a_good_hint_the_user_is_asked(string? hint)
    {
        (string, string?)[] parameters = hint is "other client"
            ? [("id_token_hint", _hint), ("client_id", "web"), ("post_logout_redirect_uri", Bye)]
            : [("id_token_hint", hint is "changed" ? $"{_hint[..^5]}AAAAA" : hint), ("post_logout_redirect_uri", Bye)];

        using var page = await LogoutAsync(parameters);
        Assert.True(IsPage(page));
        Assert.Contains("name=\"decision\" value=\"allow\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await IsSignedInAsync());

        using var foreign = await DecideAsync("allow", "cross-site");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
        using var stays = await DecideAsync("deny", "same-origin");
        Assert.True(await IsSignedInAsync());

        using var allowed = await DecideAsync("allow", "same-origin");
        Assert.True(IsPage(allowed));
        Assert.False(await IsSignedInAsync());

        Task<HttpResponseMessage> DecideAsync(string decision, string site) => _app.PostAsync(
            "/oauth2/logout",
            parameters.Append(("decision", decision)).Where(one => one.Item2 is not null).ToDictionary(one => one.Item1, one => one.Item2!),
            _app.Cookie,
            site);
    }

    [Fact]
    public async Task Hint_of_another_user_ends_nothing()
    {
        var (_, cookie) = await _app.SignInAsync(await _app.AddUserAsync("bob", "USER"));

        using var response = await _app.BrowseAsync($"/oauth2/logout?id_token_hint={_hint}&post_logout_redirect_uri={Bye}", cookie);

        Assert.True(IsPage(response));
        using var still = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("prompt", "none")))}", cookie);
        Assert.Contains("code", ReadAnswer(still).Keys);
    }

    [Fact]
    public async Task Without_a_session_a_page_says_so()
    {
        using var response = await _app.BrowseAsync("/oauth2/logout", null);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
    }

    [Fact]
    public async Task Repeated_parameter_is_refused()
    {
        using var response = await _app.BrowseAsync("/oauth2/logout?state=a&state=b", _app.Cookie);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(await IsSignedInAsync());
    }

    [Fact]
    public async Task Decision_in_the_query_is_not_that_of_the_user()
    {
        using var page = await LogoutAsync(("decision", "allow"));

        Assert.DoesNotContain("type=\"hidden\" name=\"decision\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(await IsSignedInAsync());
    }

    private Task<HttpResponseMessage> LogoutAsync(params (string Name, string? Value)[] parameters) => _app.BrowseAsync(
        "/oauth2/logout?" + Encode(parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Name, one.Value!))),
        _app.Cookie);

    private async Task<bool> IsSignedInAsync()
    {
        using var response = await _app.AuthorizeAsync(("prompt", "none"));

        return ReadAnswer(response).ContainsKey("code");
    }
}
