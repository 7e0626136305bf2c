using Api.Clients;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>Native apps.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc8252(SignInApp app)
{
    [Statement("RFC 8252 §6",
        Given = "a public client", When = "it requests a code without PKCE", Then = "it is refused")]
    public async Task Native_app_uses_pkce()
    {
        using var response = await app.AuthorizeAsync(("code_challenge", null), ("code_challenge_method", null));

        Assert.Equal("invalid_request", ReadAnswer(response)["error"]);
    }

    [Statement("RFC 8252 §7.1",
        Given = "a native app", When = "it registers a private-use scheme that is a reversed domain name", Then = "it is accepted")]
    public void Private_use_scheme() => Assert.True(RedirectUri.IsValid("com.example.app:/oauth2redirect/example-provider"));

    [Statement("RFC 8252 §7.1",
        Given = "a native app", When = "it registers a private-use scheme without a dot", Then = "it is refused")]
    public void Scheme_without_a_dot() => Assert.False(RedirectUri.IsValid("myapp:/callback"));

    [Statement("RFC 8252 §7.2",
        Given = "a native app", When = "it registers an https URI that it has claimed", Then = "it is accepted")]
    public void Claimed_https_uri() => Assert.True(RedirectUri.IsValid("https://app.example.com/oauth2redirect/example-provider"));

    [Statement("RFC 8252 §7.3",
        Given = "a registered loopback address", When = "the request has the same with any port", Then = "it is accepted")]
    public async Task Any_port_of_the_loopback_address()
    {
        const string Uri = "http://127.0.0.1:51004/callback";
        using var response = await app.AuthorizeAsync(("redirect_uri", Uri));

        Assert.Contains("code", ReadAnswer(response, Uri).Keys);
    }

    [Statement("RFC 8252 §7.3",
        Given = "a native app", When = "it registers a loopback address of IPv6", Then = "it is accepted")]
    public void Loopback_of_ipv6() => Assert.True(RedirectUri.IsValid("http://[::1]/callback"));

    [Statement("RFC 8252 §8.3",
        Given = "a native app", When = "it registers localhost", Then = "it should be refused", Holds = false,
        Because = "it is accepted, because many tools use it during development. RFC 9700 §4.1.3 allows it")]
    public void Localhost() => Assert.True(RedirectUri.IsValid("http://localhost/callback"));

    [Statement("RFC 8252 §8.4",
        Given = "a native app", When = "it requests a redirect URI that differs in anything but the port", Then = "it is refused")]
    public void Complete_redirect_uri() => Assert.False(RedirectUri.Matches("http://127.0.0.1/callback", "http://127.0.0.1:3000/callback/x"));

    [Statement("RFC 8252 §8.6",
        Given = "a person who is signed in", When = "a native app with a loopback address requests a code", Then = "the person is asked", Holds = false,
        Because = "the person is asked only if the client has require_consent. Without it, another program on the same device can get a code")]
    public async Task Native_app_can_be_impersonated()
    {
        using var response = await app.AuthorizeAsync(("redirect_uri", "http://127.0.0.1:3000/callback"));

        Assert.Contains("code", ReadAnswer(response, "http://127.0.0.1:3000/callback").Keys);
    }

    [Statement("RFC 8252 §8.5",
        Given = "a native app", When = "it is registered as a public client", Then = "it gets no secret")]
    public async Task Public_client_has_no_secret()
    {
        var token = await app.Api.GetTokenAsync("ADMIN");
        using var response = await app.Api.SendAsync(
            HttpMethod.Post,
            "/admin/clients",
            new StringContent(
                """
                {"client_name":"Native","scope":"USER","grant_types":["authorization_code"],"token_endpoint_auth_method":"none",
                 "redirect_uris":["http://127.0.0.1/callback"]}
                """,
                System.Text.Encoding.UTF8,
                "application/json"),
            ("Authorization", $"Bearer {token}"));

        Assert.Equal(201, (int)response.StatusCode);
        Assert.DoesNotContain("client_secret\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
