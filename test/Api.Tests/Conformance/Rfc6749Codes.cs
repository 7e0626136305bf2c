using System.Net;
using System.Text;
using Api.Clients;
using Api.Foundation;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The authorization endpoint and the authorization code grant.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc6749Codes(SignInApp app)
{
    [Statement("RFC 6749 §3.1",
        Given = "the authorization endpoint", When = "a parameter occurs twice", Then = "the request is refused")]
    public async Task Repeated_parameter_is_refused()
    {
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}&nonce=n2", app.Cookie);

        Assert.Equal("invalid_request", ReadAnswer(response)["error"]);
    }

    [Statement("RFC 6749 §3.1",
        Given = "the authorization endpoint", When = "a parameter has no value", Then = "it is treated as omitted")]
    public async Task Empty_parameter_is_omitted()
    {
        using var response = await app.AuthorizeAsync(("state", ""));

        Assert.DoesNotContain("state", ReadAnswer(response).Keys);
    }

    [Statement("RFC 6749 §3.1.2",
        Given = "a client", When = "it registers a redirect URI with a fragment", Then = "it is refused")]
    public void No_fragment() => Assert.False(RedirectUri.IsValid($"{Redirect}#a"));

    [Statement("RFC 6749 §3.1.2",
        Given = "a redirect URI with a query", When = "the answer is sent there", Then = "the query is kept")]
    public async Task Query_is_kept()
    {
        const string Uri = "https://app.example/callback?tenant=a";
        await app.Api.AddClientAsync("query", "USER", client => SignsIn(client) with { RedirectUris = [Uri] });

        using var response = await app.AuthorizeAsync(("client_id", "query"), ("redirect_uri", Uri));

        Assert.StartsWith($"{Uri}&code=", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
    }

    [Statement("RFC 6749 §3.1.2.3",
        Given = "a client with one redirect URI", When = "the request has none", Then = "the registered one is used", Holds = false,
        Because = "the server shows an error page. OpenID Connect Core 1.0 §3.1.2.1 requires redirect_uri")]
    public async Task Redirect_uri_is_required()
    {
        using var response = await app.AuthorizeAsync(("redirect_uri", null));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Statement("RFC 6749 §3.1.2.4",
        Given = "a redirect URI that is not registered", When = "it is requested", Then = "the person is told, and nothing is sent there")]
    public async Task Wrong_redirect_uri_is_a_page()
    {
        using var response = await app.AuthorizeAsync(("redirect_uri", "https://evil.example/"));

        Assert.Equal((HttpStatusCode.BadRequest, null), (response.StatusCode, response.Headers.Location));
    }

    [Statement("RFC 6749 §4.1.2",
        Given = "a person who is signed in", When = "a client requests a code", Then = "it gets the code and its own state")]
    public async Task Code_and_state()
    {
        using var response = await app.AuthorizeAsync(("state", "xyz"));

        Assert.Equal("xyz", ReadAnswer(response)["state"]);
    }

    [Statement("RFC 6749 §4.1.2",
        Given = "a code", When = "it is a minute old", Then = "it has expired. The maximum is ten minutes, and the server allows one")]
    public async Task Code_expires()
    {
        var code = await app.GetCodeAsync();
        app.Api.Time.Now += TimeSpan.FromSeconds(60);

        Assert.Equal(400, (await app.RedeemAsync(code)).Status);
    }

    [Statement("RFC 6749 §4.1.2",
        Given = "a code that was redeemed", When = "it is redeemed again", Then = "it is refused")]
    public async Task Code_is_used_once()
    {
        var code = await app.GetCodeAsync();

        Assert.Equal((200, 400), ((await app.RedeemAsync(code)).Status, (await app.RedeemAsync(code)).Status));
    }

    [Statement("RFC 6749 §4.1.2",
        Given = "a code that was redeemed", When = "it is redeemed again", Then = "the tokens of the first use are revoked", Holds = false,
        Because = "access tokens are verified without the server and stay valid until they expire. The audit log has the second use")]
    public async Task Tokens_of_the_first_use_stay_valid()
    {
        var code = await app.GetCodeAsync();
        var (_, tokens) = await app.RedeemAsync(code);
        await app.RedeemAsync(code);

        using var me = await app.Api.GetAsync("/user/me", tokens.GetProperty("access_token").GetString());
        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    [Statement("RFC 6749 §4.1.2.1",
        Given = "a valid client and redirect URI", When = "anything else is wrong", Then = "error and state are sent to the client")]
    public async Task Error_goes_to_the_client()
    {
        using var response = await app.AuthorizeAsync(("response_type", "token"));

        Assert.Equal(("unsupported_response_type", "s1"), (ReadAnswer(response)["error"], ReadAnswer(response)["state"]));
    }

    [Statement("RFC 6749 §4.1.3",
        Given = "a code", When = "another client redeems it", Then = "it is refused")]
    public async Task Code_belongs_to_a_client() =>
        Assert.Equal(400, (await app.RedeemAsync(await app.GetCodeAsync(), ("client_id", "asking"))).Status);

    [Statement("RFC 6749 §4.1.3",
        Given = "a code", When = "it is redeemed with another redirect URI", Then = "it is refused")]
    public async Task Code_belongs_to_a_redirect_uri() =>
        Assert.Equal(400, (await app.RedeemAsync(await app.GetCodeAsync(), ("redirect_uri", "http://127.0.0.1/callback"))).Status);

    [Statement("RFC 6749 §4.1.3",
        Given = "a code of a confidential client", When = "it is redeemed without authentication", Then = "it is refused with invalid_client")]
    public async Task Confidential_client_authenticates()
    {
        var (status, body) = await app.RedeemAsync(await app.GetCodeAsync(("client_id", "web")), ("client_id", "web"));

        Assert.Equal((401, "invalid_client"), (status, body.GetProperty("error").GetString()));
    }

    [Statement("RFC 6749 §10.5",
        Given = "a code", When = "its store is read", Then = "it has only the hash of the code")]
    public async Task Code_is_not_stored()
    {
        var code = await app.GetCodeAsync();

        // The newest documents are in the journal of the database.
        var data = string.Concat(Directory.GetFiles(app.Api.DataDirectory, "data.db*").Select(path =>
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.Latin1);

            return reader.ReadToEnd();
        }));
        Assert.Contains(OpaqueToken.Hash(code), data, StringComparison.Ordinal);
        Assert.DoesNotContain(code, data, StringComparison.Ordinal);
    }

    [Statement("RFC 6749 §10.12",
        Given = "a client that asks for consent", When = "another site posts the consent", Then = "it is refused")]
    public async Task Consent_is_not_forged()
    {
        using var response = await app.PostAsync(
            "/oauth2/authorize", Request(("client_id", "asking")).Append(new("decision", "allow")), app.Cookie, "cross-site");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Statement("RFC 6749 §10.13",
        Given = "the pages of the authorization endpoint", When = "another site frames them", Then = "browsers refuse")]
    public async Task Pages_cannot_be_framed()
    {
        using var response = await app.AuthorizeAsync(("client_id", "asking"));

        Assert.Contains("frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
