using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The modules of the OpenID certification's RP-Initiated Logout OP plan (prefix <c>oidcc-rp-initiated-logout</c>).</summary>
[Collection(SharedSignIn.Name)]
public sealed class OpenIdLogout(SignInApp app)
{
    private const string Bye = "https://app.example/bye";

    [Statement("OpenID RP-Initiated Logout OP §discovery-endpoint-verification",
        Given = "the metadata", When = "it is read", Then = "it has end_session_endpoint")]
    public async Task Endpoint_is_published()
    {
        using var response = await app.Api.GetAsync("/.well-known/openid-configuration");

        Assert.Contains("\"end_session_endpoint\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Statement("OpenID RP-Initiated Logout OP §base",
        Given = "a person who is signed in", When = "a client sends the ID token, a registered address and state",
        Then = "the session ends, and the browser goes there with state")]
    public Task Session_ends() => AssertAsync($"{Bye}?state=s", ("post_logout_redirect_uri", Bye), ("state", "s"));

    [Statement("OpenID RP-Initiated Logout OP §no-state",
        Given = "a person who is signed in", When = "a client sends no state", Then = "the browser goes to the address without state")]
    public Task No_state() => AssertAsync(Bye, ("post_logout_redirect_uri", Bye));

    [Statement("OpenID RP-Initiated Logout OP §only-state",
        Given = "a person who is signed in", When = "a client sends only state", Then = "a page asks the person first. The session ends, and the browser stays there")]
    public Task Only_state() => AssertAsksAsync("state=s");

    [Statement("OpenID RP-Initiated Logout OP §no-params",
        Given = "a person who is signed in", When = "a client sends nothing", Then = "a page asks the person first. The session ends, and the browser stays there")]
    public Task No_parameters() => AssertAsksAsync("");

    [Statement("OpenID RP-Initiated Logout OP §no-post-logout-redirect-uri",
        Given = "a person who is signed in", When = "a client sends the ID token alone", Then = "the session ends, and a page says so")]
    public Task No_address() => AssertAsync(null);

    [Statement("OpenID RP-Initiated Logout OP §bad-post-logout-redirect-uri",
        Given = "a person who is signed in", When = "the address is not registered", Then = "the browser does not go there")]
    public Task Bad_address() => AssertAsync(null, ("post_logout_redirect_uri", "https://evil.example/"));

    [Statement("OpenID RP-Initiated Logout OP §query-added-to-post-logout-redirect-uri",
        Given = "a person who is signed in", When = "the address has a query that is not registered", Then = "the browser does not go there")]
    public Task Query_added() => AssertAsync(null, ("post_logout_redirect_uri", $"{Bye}?foo=bar"));

    [Statement("OpenID RP-Initiated Logout OP §no-id-token-hint",
        Given = "a person who is signed in", When = "a client sends no ID token", Then = "a page asks the person first. The session ends, and the browser stays there")]
    public Task No_hint() => AssertAsksAsync($"post_logout_redirect_uri={Bye}");

    [Statement("OpenID RP-Initiated Logout OP §modified-id-token-hint",
        Given = "a person who is signed in", When = "the ID token was modified", Then = "a page asks the person first. The session ends, and the browser stays there")]
    public async Task Modified_hint()
    {
        var hint = (await app.GetTokensAsync()).GetProperty("id_token").GetString()!;

        await AssertAsksAsync($"post_logout_redirect_uri={Bye}&id_token_hint={hint[..^5]}AAAAA");
    }

    [Statement("OpenID RP-Initiated Logout OP §bad-id-token-hint",
        Given = "a person who is signed in", When = "id_token_hint is not an ID token", Then = "a page asks the person first. The session ends, and the browser stays there")]
    public Task Bad_hint() => AssertAsksAsync($"post_logout_redirect_uri={Bye}&id_token_hint=bad");

    private async Task AssertAsync(string? address, params (string Name, string Value)[] parameters)
    {
        var (_, cookie) = await app.SignInAsync(app.Ann);
        var hint = (await app.GetTokensAsync()).GetProperty("id_token").GetString()!;

        using var response = await app.BrowseAsync(
            "/oauth2/logout?" + Encode([new("id_token_hint", hint), .. parameters.Select(one => KeyValuePair.Create(one.Name, one.Value))]), cookie);

        Assert.Equal(address, response.Headers.Location?.OriginalString);
        Assert.Equal("login_required", ReadAnswer(await SilentAsync(cookie)).GetValueOrDefault("error"));
    }

    private async Task AssertAsksAsync(string query)
    {
        var (_, cookie) = await app.SignInAsync(app.Ann);
        using var response = await app.BrowseAsync($"/oauth2/logout?{query}", cookie);

        Assert.Null(response.Headers.Location);
        ReadForm(response, out var form);
        Assert.Contains("code", ReadAnswer(await SilentAsync(cookie)).Keys);

        using var page = await app.PostAsync("/oauth2/logout", form.Append(new("decision", "allow")), cookie);
        Assert.True(IsPage(page));
        Assert.Equal("login_required", ReadAnswer(await SilentAsync(cookie)).GetValueOrDefault("error"));
    }

    private Task<HttpResponseMessage> SilentAsync(string cookie) =>
        app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("prompt", "none")))}", cookie);
}
