using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The requirements of HTTP (RFC 9110) and of the Basic scheme (RFC 7617).</summary>
[Collection(SharedServer.Name)]
public sealed class Http(Server server)
{
    [Statement("RFC 7617 §2",
        Given = "a wrong secret with HTTP Basic", When = "it is refused", Then = "the challenge has a realm")]
    public async Task Challenge_has_a_realm() =>
        Assert.Contains("realm=\"oauth2\"", (await server.AskAsync(secret: "wrong")).Challenge, StringComparison.Ordinal);

    [Statement("RFC 7617 §2",
        Given = "HTTP Basic", When = "the credentials are not base64, or have no colon",
        Then = "they are refused as wrong credentials")]
    public async Task Damaged_credentials_are_refused()
    {
        foreach (var damaged in new[] { "****", "YQ==", "" })
        {
            Assert.Equal((401, "invalid_client"), (await server.PostAsync(
                "/oauth2/token", Grant, "application/x-www-form-urlencoded", $"Basic {damaged}")).Outcome);
        }
    }

    [Statement("RFC 7617 §2.1",
        Given = "a wrong secret with HTTP Basic", When = "it is refused", Then = "the challenge has charset UTF-8")]
    public async Task Challenge_has_a_charset() =>
        Assert.Contains("charset=\"UTF-8\"", (await server.AskAsync(secret: "wrong")).Challenge, StringComparison.Ordinal);

    [Statement("RFC 9110 §11.1",
        Given = "valid credentials or a valid token", When = "the scheme is written in another case",
        Then = "they are accepted")]
    public async Task Scheme_is_read_in_any_case()
    {
        var basic = server.Basic("both").Replace("Basic", "bASIC", StringComparison.Ordinal);
        var bearer = ("Authorization", $"bEARER {await server.TokenAsync()}");

        Assert.Equal(200, (await server.PostAsync("/oauth2/token", Grant, "application/x-www-form-urlencoded", basic)).Status);
        Assert.Equal(200, (await server.SendAsync(HttpMethod.Get, "/user/me", headers: [bearer])).Status);
    }

    [Statement("RFC 9110 §15.5.2",
        Given = "a client that did not use HTTP Basic", When = "it is refused with 401",
        Then = "the response has WWW-Authenticate", Holds = false,
        Because = "only responses to HTTP Basic have it, as RFC 6749 §5.2 requires. Otherwise browsers would ask their "
            + "users for a password")]
    public async Task No_challenge_where_basic_was_not_tried()
    {
        var answer = await server.AskAsync($"{Grant}&client_id=both&client_secret=wrong", client: null);

        Assert.Equal((401, null), (answer.Status, answer.Challenge));
    }

    [Statement("RFC 9110 §15.5.6",
        Given = "the token endpoint", When = "the method is GET, PUT or DELETE",
        Then = "the response is 405, and Allow lists POST")]
    public async Task Allowed_method_is_named()
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete })
        {
            var answer = await server.SendAsync(method, "/oauth2/token");

            Assert.Equal(405, answer.Status);
            Assert.Equal(["POST"], answer.Response.Content.Headers.Allow);
        }
    }

    [Statement("RFC 9110 §13.1.2",
        Given = "the metadata or the key set with its ETag", When = "it is requested again with If-None-Match",
        Then = "the response is 304")]
    public async Task Unchanged_document_is_not_sent_again()
    {
        foreach (var path in new[] { "/.well-known/openid-configuration", "/.well-known/jwks.json" })
        {
            var tag = (await server.CallAsync(null, path)).Response.Headers.ETag!.ToString();

            Assert.Equal(304, (await server.SendAsync(HttpMethod.Get, path, headers: [("If-None-Match", tag)])).Status);
        }
    }
}
