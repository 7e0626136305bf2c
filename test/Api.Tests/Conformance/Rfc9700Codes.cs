using System.Net;
using Api.Clients;
using Api.OAuth;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>Best current practice for the authorization code grant.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc9700Codes(SignInApp app)
{
    [Statement("RFC 9700 §2.1",
        Given = "a registered redirect URI", When = "the request has another spelling of it", Then = "it is refused, because strings are compared")]
    public async Task Redirect_uri_is_compared_as_a_string()
    {
        using var response = await app.AuthorizeAsync(("redirect_uri", "https://app.example:443/callback"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Statement("RFC 9700 §2.1",
        Given = "the sign-in page", When = "return_to is an address of another site", Then = "the server is no open redirector")]
    public async Task No_open_redirector()
    {
        using var page = await app.BrowseAsync("/sign-in?return_to=https%3A%2F%2Fevil.example", null);
        using var response = await app.BrowseAsync("/oauth2/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example", null);

        Assert.Contains("data-next=\"/account\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Null(response.Headers.Location);
    }

    [Statement("RFC 9700 §2.1.1",
        Given = "a public client, and one with a secret", When = "the request has a challenge",
        Then = "the code is only redeemed with its verifier")]
    public async Task Pkce_is_enforced()
    {
        foreach (var client in (string[])["app", "web"])
        {
            var secret = client is "web" ? app.Secret : null;
            var code = await app.GetCodeAsync(("client_id", client));

            Assert.Equal(400, (await app.RedeemAsync(code, ("client_id", client), ("client_secret", secret), ("code_verifier", null))).Status);
            Assert.Equal(200, (await app.RedeemAsync(code, ("client_id", client), ("client_secret", secret))).Status);
        }
    }

    [Statement("RFC 9700 §2.1.1",
        Given = "a public client", When = "it is registered without PKCE", Then = "it is refused")]
    public void Public_client_needs_pkce() => Assert.Equal("require_pkce", SignInMembers.FaultOf(new()
    {
        ClientId = "x",
        ClientName = "x",
        Scopes = ["USER"],
        CreatedAt = app.Api.Time.Now,
        GrantTypes = ["authorization_code"],
        AuthenticationMethod = "none",
        RedirectUris = [Redirect],
        RequirePkce = false,
    })?.Member);

    [Statement("RFC 9700 §2.1.2",
        Given = "a client", When = "it requests a token in the authorization response", Then = "it is refused")]
    public async Task No_implicit_grant()
    {
        using var response = await app.AuthorizeAsync(("response_type", "token"));

        Assert.Equal("unsupported_response_type", ReadAnswer(response)["error"]);
    }

    [Statement("RFC 9700 §2.6",
        Given = "a client", When = "it registers a redirect URI with http on another host than the loopback", Then = "it is refused")]
    public void Redirect_uri_is_encrypted() => Assert.All(
        ["http://app.example/callback", "http://127.0.0.1.evil.example/callback", "http://10.0.0.1/callback"], uri => Assert.False(RedirectUri.IsValid(uri)));

    [Statement("RFC 9700 §2.6",
        Given = "an origin in CorsOrigins", When = "its page reads the authorization endpoint",
        Then = "CORS is not supported there. Behind API Gateway, whose CORS setting is for all routes, responses to requests without cookies are readable")]
    public async Task No_cors_at_the_authorization_endpoint()
    {
        using var api = new ApiFactory().Set("CorsOrigins", "https://app.example");
        using var page = await api.SendAsync(HttpMethod.Get, "/oauth2/authorize", null, ("Origin", "https://app.example"));
        using var metadata = await api.SendAsync(
            HttpMethod.Get, "/.well-known/openid-configuration", null, ("Origin", "https://app.example"));

        Assert.False(page.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.True(metadata.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Statement("RFC 9700 §4.2.4",
        Given = "a page of sign-in", When = "it is read", Then = "it loads nothing from other sites and sends them no referrer")]
    public async Task Page_has_nothing_of_others()
    {
        using var response = await app.AuthorizeAsync(("client_id", "asking"));

        Assert.DoesNotContain("https://", ReadForm(response, out _).Replace(Redirect, "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("same-origin", response.Headers.GetValues("Referrer-Policy").Single());
    }

    [Statement("RFC 9700 §4.4.2",
        Given = "a client of several servers", When = "it gets a response", Then = "iss tells from which server it is")]
    public async Task Issuer_prevents_mix_up()
    {
        using var response = await app.AuthorizeAsync();

        Assert.Equal(ApiFactory.Issuer, ReadAnswer(response)["iss"]);
    }

    [Statement("RFC 9700 §4.5.3",
        Given = "a code", When = "it is injected into the session of another user agent, which has another verifier", Then = "it is refused")]
    public async Task Code_belongs_to_a_verifier() => Assert.Equal(
        400, (await app.RedeemAsync(await app.GetCodeAsync(), ("code_verifier", new('A', 43)))).Status);

    [Statement("RFC 9700 §4.8.2",
        Given = "a code without a challenge", When = "it is redeemed with a verifier", Then = "it is refused, because the challenge was removed")]
    public async Task Downgrade_is_noticed()
    {
        var secret = await app.Api.AddClientAsync(
            "without", "USER", client => SignsIn(client) with { AuthenticationMethod = "client_secret_post", RequirePkce = false });
        var code = await app.GetCodeAsync(("client_id", "without"), ("code_challenge", null), ("code_challenge_method", null));

        Assert.Equal(400, (await app.RedeemAsync(code, ("client_id", "without"), ("client_secret", secret))).Status);
    }

    [Statement("RFC 9700 §4.11.2",
        Given = "a person who is not signed in", When = "an invalid request of a registered client is answered",
        Then = "the person is authenticated before the browser goes to the client", Holds = false,
        Because = "the error goes to the client at once. Only administrators register clients, so that no attacker has a redirect URI")]
    public async Task Error_needs_no_sign_in()
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("scope", "OTHER")))}", null);

        Assert.Equal("invalid_scope", ReadAnswer(response)["error"]);
    }

    [Statement("RFC 9700 §4.12",
        Given = "an authorization response after a POST", When = "the browser is redirected", Then = "the status is 303, so that no form is sent on")]
    public async Task Status_is_303()
    {
        using var response = await app.PostAsync("/oauth2/authorize", Request(("response_type", "token")), app.Cookie);
        using var afterConsent = await app.DecideAsync(await app.GetConsentFormAsync(("prompt", "consent")));

        Assert.Equal((HttpStatusCode.SeeOther, "unsupported_response_type"), (response.StatusCode, ReadAnswer(response)["error"]));
        // A page, from which the browser goes on with GET.
        Assert.Contains("code", ReadAnswer(afterConsent).Keys);
    }

    [Statement("RFC 9700 §4.15.1",
        Given = "a client", When = "it is registered with an ID like that of a user", Then = "it is refused")]
    public void Client_is_no_user() => Assert.NotNull(Subject.FaultOfClientId(app.Ann.Sub, "api"));

    [Statement("RFC 9700 §4.16",
        Given = "a page of the authorization endpoint", When = "another site frames it", Then = "the policy of the page forbids it")]
    public async Task Page_is_not_framed()
    {
        using var response = await app.AuthorizeAsync(("client_id", "asking"));

        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
