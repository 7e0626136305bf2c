using System.Net;
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
        using var response = await app.BrowseAsync("/oauth2/logout?post_logout_redirect_uri=https%3A%2F%2Fevil.example", null);

        Assert.Null(response.Headers.Location);
    }

    [Statement("RFC 9700 §2.1.2",
        Given = "a client", When = "it requests a token in the authorization response", Then = "it is refused")]
    public async Task No_implicit_grant()
    {
        using var response = await app.AuthorizeAsync(("response_type", "token"));

        Assert.Equal("unsupported_response_type", ReadAnswer(response)["error"]);
    }

    [Statement("RFC 9700 §4.8.2",
        Given = "a code without a challenge", When = "it is redeemed with a verifier", Then = "it is refused, because the challenge was removed")]
    public async Task Downgrade_is_noticed()
    {
        var secret = await app.Api.AddClientAsync(
            "without", "USER", client => SignsIn(client) with { AuthenticationMethod = "client_secret_post", RequirePkce = false });
        var code = await app.GetCodeAsync(("client_id", "without"), ("code_challenge", null), ("code_challenge_method", null));

        Assert.Equal(400, (await app.RedeemAsync(code, ("client_id", "without"), ("client_secret", secret))).Status);
    }

    [Statement("RFC 9700 §4.12",
        Given = "an authorization response after a POST", When = "the browser is redirected", Then = "the status is 303, so that no form is sent on")]
    public async Task Status_is_303()
    {
        using var response = await app.PostAsync("/oauth2/authorize", Request(("response_type", "token")), app.Cookie);
        using var afterConsent = await app.PostAsync(
            "/oauth2/authorize", Request(("prompt", "consent")).Append(new("decision", "allow")), app.Cookie);

        Assert.Equal((HttpStatusCode.SeeOther, "unsupported_response_type"), (response.StatusCode, ReadAnswer(response)["error"]));
        // A page, from which the browser goes on with GET.
        Assert.Contains("code", ReadAnswer(afterConsent).Keys);
    }
}
