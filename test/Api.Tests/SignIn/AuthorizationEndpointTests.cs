using System.Net;
using Api.Sessions;
using Api.Tests.Support;
using Api.Users;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The authorization endpoint (RFC 6749 §4.1.1, §4.1.2).</summary>
public sealed class AuthorizationEndpointTests(SignInApp app) : IClassFixture<SignInApp>
{
    private const string Issuer = ApiFactory.Issuer;

    [Fact]
    public async Task Client_gets_a_code_with_state_and_issuer()
    {
        using var response = await app.AuthorizeAsync(("state", "a b&c=ü"));

        var answer = ReadAnswer(response);
        Assert.Equal(["code", "iss", "state"], answer.Keys.Order());
        Assert.Equal(("a b&c=ü", Issuer, 43), (answer["state"], answer["iss"], answer["code"].Length));
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Form_post_is_a_page_with_the_same_parameters()
    {
        using var response = await app.AuthorizeAsync(("response_mode", "form_post"), ("state", "\"><script>alert(1)</script>"));

        var page = await response.Content.ReadAsStringAsync();
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"action=\"{Redirect}\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"code\"", page, StringComparison.Ordinal);
        Assert.Contains("name=\"iss\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Order_of_parameters_and_unknown_ones_make_no_difference()
    {
        var query = Encode(Request(("display", "popup"), ("ui_locales", "de"), ("acr_values", "1"), ("extra", "x")).Reverse());

        using var response = await app.BrowseAsync($"/oauth2/authorize?{query}", app.Cookie);

        Assert.Contains("code", ReadAnswer(response).Keys);
    }

    [Fact]
    public async Task Post_continues_as_a_get()
    {
        using var response = await app.PostAsync("/oauth2/authorize", Request(("extra", "x")), cookie: null, site: "cross-site");

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        var path = response.Headers.Location!.OriginalString;
        Assert.StartsWith("/oauth2/authorize?", path, StringComparison.Ordinal);
        using var next = await app.BrowseAsync(path, app.Cookie);
        Assert.Equal("s1", ReadAnswer(next)["state"]);
    }

    [Theory]
    [InlineData("client_id", null)]
    [InlineData("client_id", "")]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", "APP")]
    [InlineData("client_id", "off")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "https://evil.example/")]
    public async Task Wrong_client_or_redirect_uri_is_a_page(string name, string? value)
    {
        await AddDisabledClientAsync();

        using var response = await app.AuthorizeAsync((name, value));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("client_id")]
    [InlineData("redirect_uri")]
    public async Task Repeated_client_or_redirect_uri_is_a_page(string name)
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}&{name}=x", app.Cookie);

        Assert.Equal((HttpStatusCode.BadRequest, null), (response.StatusCode, response.Headers.Location));
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "id_token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://app.example/request", "request_uri_not_supported")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge", Challenge + "A", "invalid_request")]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", "s256", "invalid_request")]
    [InlineData("scope", "\"", "invalid_scope")]
    [InlineData("scope", "OTHER", "invalid_scope")]
    [InlineData("scope", "ADMIN", "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "other", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "x", "invalid_request")]
    public async Task Every_other_error_goes_back_to_the_client(string name, string? value, string error)
    {
        using var response = await app.AuthorizeAsync((name, value));

        var answer = ReadAnswer(response);
        Assert.Equal((error, "s1", Issuer), (answer["error"], answer["state"], answer["iss"]));
        Assert.NotEmpty(answer["error_description"]);
        Assert.DoesNotContain("code", answer.Keys);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public async Task Nonce_has_a_maximum_length(int length, bool isAccepted)
    {
        using var response = await app.AuthorizeAsync(("nonce", new('n', length)));

        Assert.Equal(isAccepted ? null : "invalid_request", ReadAnswer(response).GetValueOrDefault("error"));
    }

    [Fact]
    public async Task Repeated_parameter_goes_back_to_the_client()
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}&scope=USER", app.Cookie);
        using var state = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}&state=s2", app.Cookie);

        Assert.Equal("invalid_request", ReadAnswer(response)["error"]);
        Assert.Equal(["error", "error_description", "iss"], ReadAnswer(state).Keys.Order());
    }

    [Fact]
    public async Task Client_of_another_grant_is_refused()
    {
        await app.Api.AddClientAsync("program", "USER", client => client with { RedirectUris = [Redirect] });

        using var response = await app.AuthorizeAsync(("client_id", "program"));

        Assert.Equal("unauthorized_client", ReadAnswer(response)["error"]);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("usr_a")]
    public async Task Stored_client_with_a_reserved_id_is_refused(string clientId)
    {
        await app.Api.AddClientAsync(clientId, "USER", SignsIn);

        using var response = await app.AuthorizeAsync(("client_id", clientId));

        Assert.Equal("unauthorized_client", ReadAnswer(response)["error"]);
    }

    [Fact]
    public async Task Client_registered_for_it_needs_no_challenge()
    {
        await app.Api.AddClientAsync(
            "old", "USER", client => SignsIn(client) with { AuthenticationMethod = "client_secret_basic", RequirePkce = false });

        using var response = await app.AuthorizeAsync(("client_id", "old"), ("code_challenge", null), ("code_challenge_method", null));
        using var half = await app.AuthorizeAsync(("client_id", "old"), ("code_challenge", null));

        Assert.Contains("code", ReadAnswer(response).Keys);
        Assert.Equal("invalid_request", ReadAnswer(half)["error"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("__Host-session=usr_aaaaaaaaaaaaaaaaaaaa.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Without_a_session_the_browser_signs_in_and_comes_back(string? cookie)
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("login_hint", "ann")))}", cookie);

        Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        var location = response.Headers.Location!.OriginalString;
        Assert.StartsWith("/sign-in?", location, StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(location["/sign-in".Length..]);
        Assert.Equal("ann", query["login_hint"]);
        using var back = await app.BrowseAsync(query["return_to"]!, app.Cookie);
        Assert.Equal("s1", ReadAnswer(back)["state"]);
    }

    [Fact]
    public async Task Disabled_user_signs_in_again()
    {
        var bob = await app.AddUserAsync("bob", "USER");
        var (_, cookie) = await app.SignInAsync(bob);
        Assert.True(await app.Api.Services.GetRequiredService<UserStore>().ChangeAsync(bob, bob with { Enabled = false, Version = "2" }, default));

        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}", cookie);

        Assert.StartsWith("/sign-in?", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ended_session_gets_no_code()
    {
        var (session, cookie) = await app.SignInAsync(app.Ann);
        await app.Api.Services.GetRequiredService<SessionStore>().EndAsync(session, default);

        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}", cookie);

        Assert.StartsWith("/sign-in?", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_methods_are_not_allowed()
    {
        using var response = await app.Api.SendAsync(HttpMethod.Put, "/oauth2/authorize");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Without_the_setting_there_is_none()
    {
        using var api = new ApiFactory().Set("SignIn", "false");

        foreach (var path in (string[])["/oauth2/authorize", "/oauth2/logout", "/oauth2/userinfo"])
        {
            using var response = await api.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    private async Task AddDisabledClientAsync()
    {
        if (await app.Api.Services.GetRequiredService<Api.Clients.ClientStore>().FindAsync("off", default) is null)
        {
            await app.Api.AddClientAsync("off", "USER", client => SignsIn(client) with { Enabled = false });
        }
    }
}
