using System.Net;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The modules of the OpenID certification's Basic OP plan, with the default response mode.</summary>
[Collection(SharedSignIn.Name)]
public sealed class OpenIdBasicOp(SignInApp app) : OpenIdBasicModules(app, mode: null);

/// <summary>The same modules with <c>response_mode=form_post</c>: the Form Post OP plan.</summary>
[Collection(SharedSignIn.Name)]
[Document("OpenID Form Post OP")]
public sealed class OpenIdFormPostOp(SignInApp app) : OpenIdBasicModules(app, "form_post");

/// <summary>The modules of both plans. PKCE is added to each request, except where the module is about it.</summary>
public abstract partial class OpenIdBasicModules(SignInApp app, string? mode)
{
    private const string Evil = "https://evil.example/";

    [Statement("OpenID Basic OP §oidcc-server",
        Given = "a client and a person", When = "the person signs in to the client with the scope openid",
        Then = "the client gets a code, an access token and an ID token")]
    public async Task Sign_in_gives_tokens()
    {
        var tokens = await WebTokensAsync(isBasic: true);

        Assert.Equal(
            ["access_token", "expires_in", "id_token", "scope", "token_type"], tokens.EnumerateObject().Select(one => one.Name).Order());
    }

    [Statement("OpenID Basic OP §oidcc-server-client-secret-post",
        Given = "a client with a secret", When = "it redeems a code with client_secret_post", Then = "it gets the same tokens")]
    public async Task Secret_in_the_body() => Assert.True((await WebTokensAsync(isBasic: false)).TryGetProperty("id_token", out _));

    [Statement("OpenID Basic OP §oidcc-alternate-happy-flow",
        Given = "an authorization request", When = "its parameters and scopes are in another order", Then = "it succeeds")]
    public async Task Order_makes_no_difference()
    {
        using var response = await app.BrowseAsync(
            $"/oauth2/authorize?{Encode(RequestOf(("scope", "profile USER openid")).Reverse())}", app.Cookie);

        Assert.Contains("code", Read(response).Keys);
    }

    [Statement("OpenID Basic OP §oidcc-response-type-missing",
        Given = "an authorization request", When = "response_type is missing", Then = "the error is invalid_request")]
    public Task Response_type_is_required() => AssertErrorAsync("invalid_request", ("response_type", null));

    [Statement("OpenID Basic OP §oidcc-ensure-registered-redirect-uri",
        Given = "a client", When = "redirect_uri is not a registered one", Then = "the server shows an error page and does not redirect")]
    public async Task Redirect_uri_is_registered()
    {
        using var response = await AuthorizeAsync(("redirect_uri", Evil));

        Assert.Equal((HttpStatusCode.BadRequest, null), (response.StatusCode, response.Headers.Location));
    }

    [Statement("OpenID Basic OP §oidcc-ensure-post-request-succeeds",
        Given = "an authorization request", When = "it is sent as a POST", Then = "it succeeds")]
    public async Task Post_is_taken()
    {
        using var response = await app.PostAsync("/oauth2/authorize", RequestOf(), app.Cookie, "cross-site");
        using var next = await app.BrowseAsync(response.Headers.Location!.OriginalString, app.Cookie);

        Assert.Contains("code", Read(next).Keys);
    }

    [Statement("OpenID Basic OP §oidcc-ensure-request-with-valid-pkce-succeeds",
        Given = "an authorization request with a challenge", When = "the code is redeemed with the verifier", Then = "it succeeds")]
    public async Task Pkce_is_taken() => Assert.Equal(200, (await app.RedeemAsync(await GetCodeAsync())).Status);

    [Statement("OpenID Basic OP §oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
        Given = "an authorization request", When = "it has no nonce", Then = "it succeeds, and the ID token has none")]
    public async Task Nonce_is_optional() => Assert.False((await IdTokenAsync(("nonce", null))).TryGetProperty("nonce", out _));

    [Statement("OpenID Basic OP §oidcc-idtoken-signature",
        Given = "a client that chose no algorithm", When = "it gets an ID token", Then = "the algorithm is RS256, and there is a kid")]
    public async Task Id_token_is_signed()
    {
        var header = ClaimsOf((await GetTokensAsync()).GetProperty("id_token").GetString()!, 0);

        Assert.Equal("RS256", header.GetProperty("alg").GetString());
        Assert.NotEmpty(header.GetProperty("kid").GetString()!);
    }

    [Statement("OpenID Basic OP §oidcc-idtoken-unsigned",
        Given = "the metadata", When = "the algorithms of ID tokens are read", Then = "none is not one of them")]
    public async Task Id_token_is_never_unsigned()
    {
        using var response = await app.Api.GetAsync("/.well-known/openid-configuration");

        Assert.Contains("\"id_token_signing_alg_values_supported\":[\"RS256\"]", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Statement("OpenID Basic OP §oidcc-userinfo-get",
        Given = "an access token with the scope openid", When = "userinfo is requested with GET", Then = "the sub is that of the ID token")]
    public async Task Userinfo_with_get() => Assert.Equal(200, await UserinfoAsync(HttpMethod.Get));

    [Statement("OpenID Basic OP §oidcc-userinfo-post-header",
        Given = "an access token with the scope openid", When = "userinfo is requested with POST", Then = "the sub is that of the ID token")]
    public async Task Userinfo_with_post() => Assert.Equal(200, await UserinfoAsync(HttpMethod.Post));

    [Statement("OpenID Basic OP §oidcc-userinfo-post-body",
        Given = "an access token with the scope openid", When = "userinfo is requested with the token in the body", Then = "it succeeds",
        Holds = false, Because = "it is refused with 401. Support is optional (RFC 6750 §2.2), and the module accepts this")]
    public async Task No_token_in_the_body()
    {
        using var response = await app.Api.SendAsync(HttpMethod.Post, "/oauth2/userinfo", new FormUrlEncodedContent(
            new Dictionary<string, string> { ["access_token"] = (await GetTokensAsync()).GetProperty("access_token").GetString()! }));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Statement("OpenID Basic OP §oidcc-scope-profile",
        Given = "a person with a name", When = "the scope has profile", Then = "the claims have name and preferred_username")]
    public async Task Profile() => Assert.Equal(
        ("ann Example", "ann"), (Text(await IdTokenAsync(), "name"), Text(await IdTokenAsync(), "preferred_username")));

    [Statement("OpenID Basic OP §oidcc-scope-email",
        Given = "a person with an e-mail address", When = "the scope has email", Then = "the claims have email")]
    public async Task Email() => Assert.Equal("ann@example.com", Text(await IdTokenAsync(), "email"));

    [Statement("OpenID Basic OP §oidcc-scope-address",
        Given = "a person without an address", When = "the scope has address", Then = "the request succeeds")]
    public async Task Address() => Assert.Equal("openid", Text(await GetTokensAsync(("scope", "openid address")), "scope"));

    [Statement("OpenID Basic OP §oidcc-scope-phone",
        Given = "a person without a phone number", When = "the scope has phone", Then = "the request succeeds")]
    public async Task Phone() => Assert.Equal("openid", Text(await GetTokensAsync(("scope", "openid phone")), "scope"));

    [Statement("OpenID Basic OP §oidcc-scope-all",
        Given = "a person", When = "the scope has profile, email, address and phone", Then = "the request succeeds with the known claims")]
    public async Task All_scopes() => Assert.Equal(
        "openid profile email", Text(await GetTokensAsync(("scope", "openid profile email address phone")), "scope"));
}

/// <summary>The tests that share a server with a person who is signed in.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSignIn : ICollectionFixture<SignInApp>
{
    public const string Name = "Conformance of sign-in";
}
