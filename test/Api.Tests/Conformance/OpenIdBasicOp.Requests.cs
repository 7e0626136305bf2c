using System.Text.Json;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The modules about single parameters of the request, and about codes.</summary>
public abstract partial class OpenIdBasicModules
{
    [Statement("OpenID Basic OP §oidcc-claims-essential",
        Given = "an authorization request", When = "the parameter claims asks for name", Then = "the request succeeds")]
    public Task Claims_parameter() => AssertSucceedsAsync("claims", """{"userinfo":{"name":{"essential":true}}}""");

    [Statement("OpenID Basic OP §oidcc-display-page",
        Given = "an authorization request", When = "display is page", Then = "the request succeeds")]
    public Task Display_page() => AssertSucceedsAsync("display", "page");

    [Statement("OpenID Basic OP §oidcc-display-popup",
        Given = "an authorization request", When = "display is popup", Then = "the request succeeds")]
    public Task Display_popup() => AssertSucceedsAsync("display", "popup");

    [Statement("OpenID Basic OP §oidcc-ui-locales",
        Given = "an authorization request", When = "it has ui_locales", Then = "the request succeeds")]
    public Task Ui_locales() => AssertSucceedsAsync("ui_locales", "se");

    [Statement("OpenID Basic OP §oidcc-claims-locales",
        Given = "an authorization request", When = "it has claims_locales", Then = "the request succeeds")]
    public Task Claims_locales() => AssertSucceedsAsync("claims_locales", "se");

    [Statement("OpenID Basic OP §oidcc-login-hint",
        Given = "an authorization request", When = "it has login_hint", Then = "the request succeeds")]
    public Task Login_hint() => AssertSucceedsAsync("login_hint", "ann");

    [Statement("OpenID Basic OP §oidcc-ensure-request-with-acr-values-succeeds",
        Given = "an authorization request", When = "it has acr_values", Then = "the request succeeds")]
    public Task Acr_values() => AssertSucceedsAsync("acr_values", "1 2");

    [Statement("OpenID Basic OP §oidcc-ensure-request-with-unknown-parameter-succeeds",
        Given = "an authorization request", When = "it has an unknown parameter", Then = "the request succeeds")]
    public Task Unknown_parameter() => AssertSucceedsAsync("extra", "foobar");

    [Statement("OpenID Basic OP §oidcc-prompt-login",
        Given = "a session", When = "prompt is login", Then = "the person signs in again, and auth_time is later")]
    public Task Prompt_login() => AssertSignsInAsync(("prompt", "login"));

    [Statement("OpenID Basic OP §oidcc-prompt-none-not-logged-in",
        Given = "no session", When = "prompt is none", Then = "the error is login_required, and no page is shown")]
    public async Task Prompt_none_without_session()
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(RequestOf(("prompt", "none")))}", null);

        Assert.Equal("login_required", Read(response)["error"]);
    }

    [Statement("OpenID Basic OP §oidcc-prompt-none-logged-in",
        Given = "a session", When = "prompt is none", Then = "the answer comes at once, with the same sub and auth_time")]
    public async Task Prompt_none_with_session()
    {
        var (first, second) = (await IdTokenAsync(), await IdTokenAsync(("prompt", "none")));

        Assert.Equal(Text(first, "sub"), Text(second, "sub"));
        Assert.Equal(first.GetProperty("auth_time").GetInt64(), second.GetProperty("auth_time").GetInt64());
    }

    [Statement("OpenID Basic OP §oidcc-max-age-1",
        Given = "a session that is older than a second", When = "max_age is 1", Then = "the person signs in again, and auth_time is later")]
    public async Task Max_age_1()
    {
        app.Api.Time.Now += TimeSpan.FromSeconds(2);

        await AssertSignsInAsync(("max_age", "1"));
    }

    [Statement("OpenID Basic OP §oidcc-max-age-10000",
        Given = "a session that is younger", When = "max_age is 10000", Then = "the answer comes at once, and the ID token has auth_time")]
    public async Task Max_age_10000() => Assert.Equal(
        app.Session.AuthenticatedAt.ToUnixTimeSeconds(), (await IdTokenAsync(("max_age", "10000"))).GetProperty("auth_time").GetInt64());

    [Statement("OpenID Basic OP §oidcc-id-token-hint",
        Given = "an ID token of the person who is signed in", When = "it is the id_token_hint with prompt=none", Then = "the request succeeds")]
    public async Task Id_token_hint() => await AssertSucceedsAsync(
        "id_token_hint", (await GetTokensAsync()).GetProperty("id_token").GetString()!, ("prompt", "none"));

    [Statement("OpenID Basic OP §oidcc-id-token-hint",
        Given = "an ID token of another person", When = "it is the id_token_hint with prompt=none", Then = "the error is login_required")]
    public async Task Id_token_hint_of_another_person()
    {
        var (_, cookie) = await app.SignInAsync(await app.AddUserAsync($"user-{Guid.NewGuid():N}", "USER"));
        var hint = (await GetTokensAsync()).GetProperty("id_token").GetString();
        using var response = await app.BrowseAsync(
            $"/oauth2/authorize?{Encode(RequestOf(("prompt", "none"), ("id_token_hint", hint)))}", cookie);

        Assert.Equal("login_required", Read(response)["error"]);
    }

    [Statement("OpenID Basic OP §oidcc-codereuse",
        Given = "a code that was redeemed", When = "it is redeemed again", Then = "the error is invalid_grant")]
    public Task Code_is_used_once() => AssertUsedOnceAsync(TimeSpan.Zero);

    [Statement("OpenID Basic OP §oidcc-codereuse-30seconds",
        Given = "a code that was redeemed 30 seconds ago", When = "it is redeemed again", Then = "the error is invalid_grant")]
    public Task Code_is_used_once_after_30_seconds() => AssertUsedOnceAsync(TimeSpan.FromSeconds(30));

    [Statement("OpenID Basic OP §oidcc-refresh-token",
        Given = "a refresh token of a client",
        When = "the client uses it, and another client does",
        Then = "the client gets tokens with the same iss, sub, aud and scope, and the other one an error")]
    public async Task Refresh_token_is_bound_to_its_client()
    {
        var first = await GetTokensAsync(("client_id", "staying"), ("scope", "openid USER"));
        var refreshToken = first.GetProperty("refresh_token").GetString()!;

        var (refused, error) = await app.RefreshAsync(refreshToken, ("client_id", "staying2"));
        var (status, second) = await app.RefreshAsync(refreshToken);

        Assert.Equal((400, "invalid_grant", 200), (refused, error.GetProperty("error").GetString(), status));
        Assert.Equal("openid USER", second.GetProperty("scope").GetString());
        Assert.Equal(Of(first), Of(second));

        static string Of(JsonElement tokens)
        {
            var claims = ClaimsOf(tokens.GetProperty("id_token").GetString()!);

            return $"{claims.GetProperty("iss")} {claims.GetProperty("sub")} {claims.GetProperty("aud")} {claims.GetProperty("auth_time")}";
        }
    }

    [Statement("OpenID Basic OP §oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        Given = "an authorization request", When = "it has request_uri", Then = "the error is request_uri_not_supported")]
    public Task Request_uri() => AssertErrorAsync("request_uri_not_supported", ("request_uri", "https://app.example/request.jwt"));

    [Statement("OpenID Basic OP §oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        Given = "an authorization request", When = "it has request", Then = "the error is request_not_supported")]
    public Task Request_object() => AssertErrorAsync("request_not_supported", ("request", "eyJhbGciOiJub25lIn0.e30."));

    [Statement("OpenID Basic OP §oidcc-ensure-request-object-with-redirect-uri",
        Given = "a request object with another redirect_uri", When = "it is sent", Then = "the error is request_not_supported, without a code")]
    public Task Request_object_with_redirect_uri() =>
        AssertErrorAsync("request_not_supported", ("request", "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZS8ifQ."));
}
