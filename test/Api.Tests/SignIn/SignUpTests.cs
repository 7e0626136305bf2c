using System.Net;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.SignIn;

/// <summary>Accounts that people create themselves, with the setting SignUp.</summary>
public sealed class SignUpTests : IDisposable
{
    private readonly ApiFactory _api = new ApiFactory()
        .Set("SignUp", "open").Set("Scopes", "USER ADMIN ORDERS").Set("SignUpScopes", "ORDERS");

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Person_creates_an_account_with_a_passkey_and_signs_in()
    {
        var browser = new Browser(_api);
        using var signIn = await browser.GetAsync("/sign-in");
        using var page = await browser.GetAsync("/sign-in/new");
        var link = await BeginAsync(browser, " Ada Lovelace ");
        using var enroll = await browser.GetAsync($"/enroll/{link}");
        Assert.Empty(await ListAsync());
        var authenticator = new Authenticator(ApiFactory.Issuer);

        Assert.Equal(HttpStatusCode.NoContent, await browser.EnrollAsync(link, authenticator));

        Assert.Contains("href=\"/sign-in/new?return_to=%2Faccount\"", await signIn.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Contains("Welcome, Ada Lovelace", await enroll.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var user = Assert.Single(await ListAsync());
        Assert.Equal(("Ada Lovelace", "ORDERS", true), (user.Name, string.Join(' ', user.Scopes), user.Enabled));
        Assert.Matches("^user-[a-z0-9]{10}$", user.UserName);
        Assert.True(await browser.IsSignedInAsync());
        var other = new Browser(_api);
        Assert.Equal(HttpStatusCode.NoContent, await other.SignInAsync(authenticator));
        Assert.Single(_api.Logs.Lines, line => line.StartsWith($"Information: Sign-up of the user '{user.Sub}' by '{user.Sub}'", StringComparison.Ordinal));
        Assert.DoesNotContain(_api.Logs.Lines, line => line.Contains("Lovelace", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_many_answers_at_once_one_creates_an_account()
    {
        var link = await BeginAsync(new(_api), "");
        var ready = new List<Func<Task<HttpStatusCode>>>();

        for (var index = 0; index < 20; index++)
        {
            var browser = new Browser(_api);
            var begun = await browser.BeginAsync($"/enroll/{link}/options");
            var credential = new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options"));
            ready.Add(() => browser.AnswerAsync($"/enroll/{link}", begun, credential));
        }

        var answers = await Task.WhenAll(ready.Select(answer => Task.Run(answer)));

        Assert.Single(answers, HttpStatusCode.NoContent);
        var user = Assert.Single(await ListAsync());
        Assert.Null(user.Name);
        Assert.Single(await _api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    [Fact]
    public async Task Wrong_passkey_creates_no_account()
    {
        var browser = new Browser(_api);
        var link = await BeginAsync(browser, "Ada");

        Assert.Equal(HttpStatusCode.Forbidden, await browser.EnrollAsync(link, new(ApiFactory.Issuer) { Flags = 0 }));

        Assert.Empty(await ListAsync());
        Assert.False(await browser.IsSignedInAsync());
    }

    [Theory]
    [InlineData(599, HttpStatusCode.OK)]
    [InlineData(600, HttpStatusCode.NotFound)]
    public async Task Account_is_created_within_ten_minutes(int seconds, HttpStatusCode status)
    {
        var browser = new Browser(_api);
        var link = await BeginAsync(browser, "Ada");

        _api.Time.Now += TimeSpan.FromSeconds(seconds);
        using var page = await browser.GetAsync($"/enroll/{link}");

        Assert.Equal(status, page.StatusCode);
    }

    [Fact]
    public async Task Person_returns_to_the_app()
    {
        const string Query = "?return_to=%2Foauth2%2Fauthorize%3Fclient_id%3Dapp";
        var browser = new Browser(_api);

        using var page = await browser.GetAsync("/sign-in/new" + Query);
        using var begun = await browser.PostFormAsync("/sign-in/new" + Query, ("name", ""));
        using var enroll = await browser.GetAsync(begun.Headers.Location!.OriginalString);
        using var elsewhere = await browser.PostFormAsync("/sign-in/new?return_to=https://evil.example", ("name", ""));

        Assert.Contains($"action=\"/sign-in/new{Query}\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.EndsWith(Query, begun.Headers.Location!.OriginalString, StringComparison.Ordinal);
        Assert.Contains(
            "data-next=\"/oauth2/authorize?client_id=app\"", await enroll.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("evil", elsewhere.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_of_another_site_or_with_a_wrong_name_is_refused()
    {
        using var foreign = await new Browser(_api) { Origin = "https://evil.example", FetchSite = "cross-site" }
            .PostFormAsync("/sign-in/new", ("name", "Ada"));
        using var repeated = await new Browser(_api).PostFormAsync("/sign-in/new", ("name", "Ada"), ("name", "Eve"));
        using var json = await new Browser(_api).PostJsonAsync("/sign-in/new", new JsonObject { ["name"] = "Ada" });
        using var control = await new Browser(_api).PostFormAsync("/sign-in/new", ("name", "a\u0007b"));
        using var @long = await new Browser(_api).PostFormAsync("/sign-in/new", ("name", new('a', 101)));

        Assert.Equal(
            [HttpStatusCode.Forbidden, .. Enumerable.Repeat(HttpStatusCode.BadRequest, 4)],
            [foreign.StatusCode, repeated.StatusCode, json.StatusCode, control.StatusCode, @long.StatusCode]);
    }

    [Fact]
    public async Task Name_is_encoded()
    {
        var browser = new Browser(_api);
        var link = await BeginAsync(browser, "<script>alert(1)</script>");

        using var page = await browser.GetAsync($"/enroll/{link}");

        Assert.DoesNotContain("<script>alert", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closed_sign_up_has_no_page_and_no_link()
    {
        using var closed = new ApiFactory();
        var browser = new Browser(closed);
        var enrollment = closed.Services.GetRequiredService<Enrollment>();
        var link = await enrollment.BeginSignUpAsync("Ada", default);

        using var page = await browser.GetAsync("/sign-in/new");
        using var post = await browser.PostFormAsync("/sign-in/new", ("name", "Ada"));
        using var signIn = await browser.GetAsync("/sign-in");
        using var enroll = await browser.GetAsync($"/enroll/{link}");

        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.NotFound],
            [page.StatusCode, post.StatusCode, enroll.StatusCode]);
        Assert.DoesNotContain("/sign-in/new", await signIn.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> BeginAsync(Browser browser, string name)
    {
        using var response = await browser.PostFormAsync("/sign-in/new", ("name", name));
        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);

        return response.Headers.Location!.OriginalString.Split('/')[^1];
    }

    private async Task<IEnumerable<User>> ListAsync() => (await _api.UsersOf().ListAsync(null, 10, default)).Select(stored => stored.User!);
}
