using System.Text.Json.Nodes;
using Api.Clients;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The authorization endpoint: who is asked, what is registered, and what is refused.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc6749Authorization(SignInApp app)
{
    [Statement("RFC 6749 §3.1",
        Given = "a person who is not signed in", When = "a client requests a code", Then = "the person is authenticated first")]
    public async Task Person_is_authenticated()
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}", null);

        Assert.StartsWith("/sign-in?", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Statement("RFC 6749 §3.1", Given = "the authorization endpoint", When = "the method is GET", Then = "it is supported")]
    public async Task Get_is_supported() => Assert.NotEmpty(await app.GetCodeAsync());

    [Statement("RFC 6749 §3.1",
        Given = "the authorization endpoint", When = "the request has an unknown parameter", Then = "the parameter is ignored")]
    public async Task Unknown_parameter_is_ignored() => Assert.NotEmpty(await app.GetCodeAsync(("unknown", "x")));

    [Statement("RFC 6749 §3.1",
        Given = "the metadata", When = "the URL of the authorization endpoint is read", Then = "it has no fragment")]
    public async Task Address_has_no_fragment()
    {
        using var response = await app.Api.GetAsync("/.well-known/oauth-authorization-server");

        var address = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["authorization_endpoint"]!.GetValue<string>();
        Assert.Equal($"{ApiFactory.Issuer}/oauth2/authorize", address);
    }

    [Statement("RFC 6749 §3.1.1",
        Given = "the authorization endpoint", When = "response_type is missing", Then = "the client gets an error")]
    public async Task Response_type_is_required()
    {
        using var response = await app.AuthorizeAsync(("response_type", null));

        Assert.Equal("invalid_request", ReadAnswer(response)["error"]);
    }

    [Statement("RFC 6749 §3.1.2",
        Given = "a client", When = "it registers a redirect URI that is not absolute", Then = "it is refused")]
    public void Redirect_uri_is_absolute() => Assert.All(["/callback", "//app.example/callback", "app.example"], uri => Assert.False(RedirectUri.IsValid(uri)));

    [Statement("RFC 6749 §3.1.2.2",
        Given = "a client with the grant authorization_code, public or not", When = "it registers no redirect URI", Then = "it is refused")]
    public async Task Redirect_uri_is_registered()
    {
        foreach (var method in (string[])["none", "client_secret_basic"])
        {
            var added = await app.Api.Services.GetRequiredService<ClientAdministration>().AddAsync(
                new()
                {
                    ["client_name"] = "x",
                    ["scope"] = "USER",
                    ["grant_types"] = new JsonArray("authorization_code"),
                    ["token_endpoint_auth_method"] = method,
                },
                new("test"));

            Assert.Contains("redirect_uris", added.Problem!.Errors.Keys);
        }
    }

    [Statement("RFC 6749 §3.2.1",
        Given = "a code of a public client", When = "it is redeemed without client_id", Then = "it is refused")]
    public async Task Public_client_names_itself() =>
        Assert.Equal(401, (await app.RedeemAsync(await app.GetCodeAsync(), ("client_id", null))).Status);

    [Statement("RFC 6749 §3.3",
        Given = "a person who has one of two requested scopes", When = "the client gets a token",
        Then = "the response has the scope of the token")]
    public async Task Reduced_scope_is_told() =>
        Assert.Equal("USER", (await app.GetTokensAsync(("scope", "USER ADMIN"))).GetProperty("scope").GetString());

    [Statement("RFC 6749 §4.1.2.1",
        Given = "a person who is asked for consent", When = "the person denies it", Then = "the error is access_denied, with state")]
    public async Task Denial_goes_to_the_client()
    {
        using var response = await app.DecideAsync(await app.GetConsentFormAsync(("client_id", "asking")), "deny");

        Assert.Equal(("access_denied", "s1"), (ReadAnswer(response)["error"], ReadAnswer(response)["state"]));
    }

    [Statement("RFC 6749 §4.1.3",
        Given = "a code", When = "it is redeemed without redirect_uri, which the request had", Then = "it is refused")]
    public async Task Redirect_uri_is_repeated() =>
        Assert.Equal(400, (await app.RedeemAsync(await app.GetCodeAsync(), ("redirect_uri", null))).Status);

    [Statement("RFC 6749 §4.1.4",
        Given = "a valid code", When = "it is redeemed", Then = "the response has an access token, as in section 5.1")]
    public async Task Access_token_is_issued() => Assert.Equal("Bearer", (await app.GetTokensAsync()).GetProperty("token_type").GetString());

    [Statement("RFC 6749 §10.2",
        Given = "a public client with an https redirect URI", When = "it requests another code, and the person is not asked",
        Then = "the code goes only to that URI, which another program cannot have")]
    public async Task Client_is_identified_by_its_redirect_uri()
    {
        using var response = await app.AuthorizeAsync();

        Assert.Contains("code", ReadAnswer(response, Redirect).Keys);
    }

    [Statement("RFC 6749 §10.3",
        Given = "a client", When = "it requests more scopes than it or the person has", Then = "the token has the least of them")]
    public async Task Token_has_the_least_scope() =>
        Assert.Equal("USER", (await app.GetTokensAsync(("client_id", "app"), ("scope", "USER ADMIN"))).GetProperty("scope").GetString());

    [Statement("RFC 6749 §10.14",
        Given = "an authorization request", When = "state has markup, line ends or the characters of a query",
        Then = "it is encoded, and nothing is injected")]
    public async Task State_is_encoded()
    {
        const string State = "<script>\r\nSet-Cookie: a=b&code=injected#x\"'";

        using var response = await app.AuthorizeAsync(("state", State));
        using var form = await app.AuthorizeAsync(("state", State), ("response_mode", "form_post"));

        Assert.Equal(State, ReadAnswer(response)["state"]);
        Assert.False(response.Headers.Contains("Set-Cookie"));
        Assert.DoesNotContain("<script>", ReadForm(form, out var fields), StringComparison.Ordinal);
        Assert.Equal(State, fields["state"]);
    }

    [Statement("RFC 6749 §10.16",
        Given = "an access token of another client", When = "it is presented as a code", Then = "it is refused")]
    public async Task Token_is_no_code() =>
        Assert.Equal(400, (await app.RedeemAsync((await app.GetTokensAsync()).GetProperty("access_token").GetString()!)).Status);
}
