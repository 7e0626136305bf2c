using Api.Tests.Attacks;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>How access tokens are sent, and the responses of a protected route (RFC 6750).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc6750(Server server)
{
    [Statement("RFC 6750 §2",
        Given = "a valid token", When = "it is in the header and in the query",
        Then = "the request is refused, because only one method is allowed", Holds = false,
        Because = "the token in the query is ignored, so that the header is the only method")]
    public async Task Token_in_the_address_is_not_looked_at()
    {
        var token = await server.TokenAsync();

        Assert.Equal(200, (await server.CallAsync(token, $"/user/me?access_token={token}")).Status);
    }

    [Statement("RFC 6750 §2.1",
        Given = "a valid token", When = "it is in the Authorization header with the scheme Bearer",
        Then = "the route accepts it")]
    public async Task Header_is_understood() => Assert.Equal(200, (await server.CallAsync(await server.TokenAsync())).Status);

    [Statement("RFC 6750 §2.2",
        Given = "a valid token", When = "it is a form parameter", Then = "the server may ignore it, and does")]
    public async Task Token_in_a_form_is_not_taken() => Assert.Equal(
        (401, "Bearer realm=\"api\""), Seen(await server.PostAsync(
            "/admin/clients", $"access_token={await server.TokenAsync("ADMIN")}", "application/x-www-form-urlencoded")));

    [Statement("RFC 6750 §2.3",
        Given = "a valid token", When = "it is only in the query", Then = "the server should ignore it, and does")]
    public async Task Token_in_the_address_is_not_taken() =>
        Assert.Equal((401, "Bearer realm=\"api\""), Seen(await server.CallAsync(null, $"/user/me?access_token={await server.TokenAsync()}")));

    [Statement("RFC 6750 §3",
        Given = "a protected route", When = "the request has no token", Then = "the response is 401 with a Bearer challenge")]
    public async Task Request_without_token_is_challenged()
    {
        var answer = await server.CallAsync(null);

        Assert.Equal((401, "Bearer"), (answer.Status, Assert.Single(answer.Response.Headers.WwwAuthenticate).Scheme));
    }

    [Statement("RFC 6750 §3",
        Given = "a protected route", When = "the request has no token", Then = "the challenge has at least one attribute")]
    public async Task Challenge_has_an_attribute() => Assert.Equal("Bearer realm=\"api\"", (await server.CallAsync(null)).Challenge);

    [Statement("RFC 6750 §3",
        Given = "a protected route", When = "the request has an invalid token", Then = "the challenge has an error")]
    public async Task Bad_token_has_an_error() =>
        Assert.Contains("error=\"invalid_token\"", (await server.CallAsync("bad")).Challenge, StringComparison.Ordinal);

    [Statement("RFC 6750 §3",
        Given = "invalid tokens of every kind", When = "they are refused",
        Then = "each attribute of the challenge occurs once, in printable ASCII")]
    public async Task Challenge_is_printable()
    {
        foreach (var bad in BadTokens.All.Values)
        {
            Assert.Matches(
                """^Bearer realm="api", error="[a-z_]+", error_description="[\x20-\x21\x23-\x5b\x5d-\x7e]+"$""",
                (await server.CallAsync(bad(server.Forge))).Challenge);
        }
    }

    [Statement("RFC 6750 §3",
        Given = "a token without the scope of a route", When = "it is refused",
        Then = "the challenge names the required scope")]
    public async Task Challenge_names_the_scope() => Assert.Contains(
        "scope=\"ADMIN\"", (await server.CallAsync(await server.TokenAsync(), "/admin/keys")).Challenge, StringComparison.Ordinal);

    [Statement("RFC 6750 §3.1",
        Given = "a protected route", When = "the request has no token", Then = "the challenge has no error code")]
    public async Task No_error_without_token() =>
        Assert.DoesNotContain("error", (await server.CallAsync(null)).Challenge, StringComparison.Ordinal);

    [Statement("RFC 6750 §3.1",
        Given = "a protected route", When = "the Authorization header contains only Bearer",
        Then = "the response is 400 invalid_request", Holds = false,
        Because = "it is treated as a request without token: 401 and a challenge without error")]
    public async Task Empty_header_counts_as_none() =>
        Assert.Equal(
            (401, "Bearer realm=\"api\""), Seen(await server.SendAsync(HttpMethod.Get, "/user/me", null, [("Authorization", "Bearer")])));

    [Statement("RFC 6750 §3.1", Given = "an expired token", When = "it is sent", Then = "the response is 401 invalid_token")]
    public async Task Expired_token_is_refused() =>
        AssertInvalid(await server.CallAsync(server.Forge.Sign(payload => payload["exp"] = server.Forge.Now - 3600)));

    [Statement("RFC 6750 §3.1",
        Given = "a token with modified claims", When = "it is sent", Then = "the response is 401 invalid_token")]
    public async Task Changed_token_is_refused() =>
        AssertInvalid(await server.CallAsync(BadTokens.All["payload changed"](server.Forge)));

    [Statement("RFC 6750 §3.1",
        Given = "a valid token without the scope of a route", When = "it is sent",
        Then = "the response is 403 insufficient_scope")]
    public async Task Token_without_scope_is_forbidden()
    {
        var answer = await server.CallAsync(await server.TokenAsync(), "/admin/keys");

        Assert.Equal(403, answer.Status);
        Assert.Contains("error=\"insufficient_scope\"", answer.Challenge, StringComparison.Ordinal);
    }

    [Statement("RFC 6750 §5.2",
        Given = "two servers that trust the same issuer", When = "a token is read",
        Then = "its aud names the server that it is for")]
    public async Task Token_has_an_audience() =>
        Assert.Equal("api", Read(await server.TokenAsync()).GetProperty("aud").GetString());

    [Statement("RFC 6750 §5.3",
        Given = "a client without its own token lifetime", When = "it gets a token",
        Then = "the token lifetime is at most one hour")]
    public async Task Token_lives_for_an_hour() =>
        Assert.InRange((await server.AskAsync()).Json.GetProperty("expires_in").GetInt32(), 1, 3600);

    private static (int Status, string? Challenge) Seen(Answer answer) => (answer.Status, answer.Challenge);

    private static void AssertInvalid(Answer answer)
    {
        Assert.Equal(401, answer.Status);
        Assert.Contains("error=\"invalid_token\"", answer.Challenge, StringComparison.Ordinal);
    }
}
