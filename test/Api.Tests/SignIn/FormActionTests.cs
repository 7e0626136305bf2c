using System.Net;
using Api.Clients;
using Api.SignIn;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>Where the forms of the pages can be sent, by the directive form-action of their policies (Content Security Policy Level 3 §6.4.1).</summary>
public sealed class FormActionTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Theory]
    [InlineData("https://app.example/callback", "https://app.example/callback")]
    [InlineData("https://app.example", "https://app.example/")]
    [InlineData("https://app.example:8443/a-b_c.d~e/f?g=h;i,j", "https://app.example:8443/a-b_c.d~e/f")]
    [InlineData("https://xn--bcher-kva.example/callback", "https://xn--bcher-kva.example/callback")]
    [InlineData("https://app.example/a;script-src", "https://app.example")]
    [InlineData("https://app.example/a,b", "https://app.example")]
    [InlineData("https://app.example/a%3Bb", "https://app.example")]
    [InlineData("https://app.example/'self'", "https://app.example")]
    [InlineData("https://192.0.2.1/callback", "https://192.0.2.1/callback")]
    [InlineData("https://[2001:db8::1]:8443/callback", "https://*:8443/callback")]
    [InlineData("https://my_app.example/callback", "https://*/callback")]
    [InlineData("http://127.0.0.1:51004/callback", "http://127.0.0.1:51004/callback")]
    [InlineData("http://localhost:3000/", "http://localhost:3000/")]
    [InlineData("http://[::1]:51004/callback", "http://*:51004/callback")]
    [InlineData("http://[::1]/callback", "http://*/callback")]
    [InlineData("com.example.app:/callback?a;b", "com.example.app:")]
    public void Source_is_the_narrowest_that_the_grammar_has(string registered, string source)
    {
        Assert.True(RedirectUri.IsValid(registered));

        Assert.Equal(source, FormAction.SourceOf(new(registered)));
    }

    [Theory]
    [InlineData("https://app.example/;default-src *")]
    [InlineData("https://app.example/,default-src *")]
    [InlineData("https://app.example/ https://evil.example")]
    [InlineData("https://app.example/\r\nX: y")]
    [InlineData("https://a;b/")]
    [InlineData("a;b:/")]
    [InlineData("https://*.example/")]
    public void Address_cannot_add_a_source_or_a_directive(string address) =>
        Assert.True(!Uri.TryCreate(address, UriKind.Absolute, out var uri) || FormAction.SourceOf(uri) is "https://app.example" or "https://*/");

    [Fact]
    public async Task Form_post_goes_to_the_redirect_uri_and_on_over_https()
    {
        using var response = await _app.AuthorizeAsync(("response_mode", "form_post"), ("redirect_uri", "http://127.0.0.1:51004/callback"));

        Assert.Equal("form-action http://127.0.0.1:51004/callback https:", FormActionOf(response));
    }

    [Fact]
    public async Task Questions_are_answered_only_to_this_server()
    {
        using var consent = await _app.AuthorizeAsync(("client_id", "asking"));
        using var signOut = await _app.BrowseAsync("/oauth2/logout", _app.Cookie);

        Assert.Equal("form-action 'self'", FormActionOf(consent));
        Assert.Equal("form-action 'self'", FormActionOf(signOut));
    }

    [Theory]
    [InlineData("allow", "code")]
    [InlineData("deny", "error")]
    public async Task Answer_leads_to_the_client_by_a_page(string decision, string parameter)
    {
        using var response = await _app.DecideAsync(await _app.GetConsentFormAsync(("client_id", "asking")), decision);

        Assert.Equal((HttpStatusCode.OK, null), (response.StatusCode, response.Headers.Location));
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Contains(parameter, ReadAnswer(response).Keys);
        var address = response.Headers.GetValues("Refresh").Single()["0;url=".Length..];
        Assert.Contains(
            $"href=\"{WebUtility.HtmlEncode(address)}\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_that_is_found_after_the_question_leads_to_the_client_by_a_page()
    {
        using var response = await _app.PostAsync(
            "/oauth2/authorize", Request(("scope", "NONE")).Append(new("decision", "allow")), _app.Cookie);

        Assert.Equal("invalid_scope", ReadAnswer(response)["error"]);
        Assert.Null(response.Headers.Location);
    }

    [Fact]
    public async Task Sign_out_that_is_confirmed_leads_to_the_client_by_a_page()
    {
        var hint = (await _app.GetTokensAsync()).GetProperty("id_token").GetString()!;
        var (_, other) = await _app.SignInAsync(await _app.AddUserAsync("bob", "USER"));

        using var response = await _app.PostAsync(
            "/oauth2/logout",
            new Dictionary<string, string>
            {
                ["id_token_hint"] = hint,
                ["post_logout_redirect_uri"] = "https://app.example/bye",
                ["decision"] = "allow",
            },
            other);

        Assert.Equal("0;url=https://app.example/bye", response.Headers.GetValues("Refresh").Single());
    }

    private static string FormActionOf(HttpResponseMessage response) => Assert.Single(
        response.Headers.GetValues("Content-Security-Policy").Single().Split("; "),
        directive => directive.StartsWith("form-action", StringComparison.Ordinal));
}
