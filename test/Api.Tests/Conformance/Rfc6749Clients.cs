using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>Client authentication (RFC 6749 §2.3), which the client credentials grant requires (§4.4).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc6749Clients(Server server)
{
    [Statement("RFC 6749 §2.3",
        Given = "a client with a secret", When = "it authenticates with HTTP Basic and in the body",
        Then = "the request fails with invalid_request, because only one method is allowed")]
    public async Task One_method_in_a_request() => Assert.Equal(
        (400, "invalid_request"), (await server.AskAsync($"{Grant}&client_secret={server.SecretOf("both")}")).Outcome);

    [Statement("RFC 6749 §2.3",
        Given = "two clients", When = "one authenticates with HTTP Basic, and client_id names the other",
        Then = "no token is issued")]
    public async Task Basic_and_client_id_agree() =>
        Assert.Equal((400, "invalid_request"), (await server.AskAsync($"{Grant}&client_id=user")).Outcome);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "it authenticates with HTTP Basic", Then = "it is authenticated")]
    public async Task Basic_is_understood() => Assert.Equal(200, (await server.AskAsync()).Status);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client whose client ID has a dot and a tilde",
        When = "client ID and secret are form-encoded before they are sent with HTTP Basic",
        Then = "the server decodes them and authenticates the client")]
    public async Task Basic_is_form_decoded() => Assert.Equal(200, (await server.AskAsync(client: "a.b~c")).Status);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "client_id and client_secret are in the body",
        Then = "the server may accept this, and does")]
    public async Task Secret_in_the_body_is_understood() =>
        Assert.Equal(
            200, (await server.AskAsync($"{Grant}&client_id=both&client_secret={server.SecretOf("both")}", client: null)).Status);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "client ID and secret are in the query of the URL",
        Then = "they are ignored")]
    public async Task Secret_in_the_address_does_not_count() => Assert.Equal(
        (401, "invalid_client"),
        (await server.PostAsync(
            $"/oauth2/token?client_id=both&client_secret={server.SecretOf("both")}", Grant, "application/x-www-form-urlencoded")).Outcome);

    [Statement("RFC 6749 §2.3.1",
        Given = "a server whose clients have secrets", When = "a request is sent without TLS", Then = "it is refused",
        Holds = false,
        Because = "it is answered. TLS ends at the gateway, which accepts https only. On a developer's machine there is no TLS")]
    public async Task Program_itself_answers_without_tls()
    {
        var answer = await server.AskAsync();

        Assert.Equal(("http", 200), (answer.Response.RequestMessage!.RequestUri!.Scheme, answer.Status));
    }

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "an attacker tries many secrets", Then = "the server limits the attempts",
        Holds = false,
        Because = "the app does not count attempts and answers each with 401. A secret has 256 random bits and cannot "
            + "be guessed. On AWS, the gateway limits the rate")]
    public async Task Program_itself_counts_no_attempts()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            Assert.Equal((401, "invalid_client"), (await server.AskAsync(client: "user", secret: $"wrong {attempt}")).Outcome);
        }

        Assert.Equal(200, (await server.AskAsync(client: "user")).Status);
    }

    [Statement("RFC 6749 §10.10",
        Given = "an administrator", When = "a client is registered",
        Then = "its secret cannot be guessed: the server generates 256 random bits")]
    public async Task Secret_has_256_random_bits()
    {
        var one = await server.RegisterAsync("\"claims\":{}");
        var other = await server.RegisterAsync("\"claims\":{}");
        var chosen = await server.RegisterAsync("\"client_secret\":\"mine\"");

        Assert.Matches("^ocs_[A-Za-z0-9_-]{43}$", one["client_secret"]);
        Assert.NotEqual(one["client_secret"], other["client_secret"]);
        Assert.Equal(400, chosen.Status);
    }

    [Statement("RFC 6749 §3.2.1",
        Given = "a client with a secret", When = "it sends only its client_id",
        Then = "it is refused, because a confidential client must authenticate")]
    public async Task Id_alone_is_not_enough() =>
        Assert.Equal((401, "invalid_client"), (await server.AskAsync($"{Grant}&client_id=both", client: null)).Outcome);

    [Statement("RFC 6749 §4.4",
        Given = "a public client, which has no secret and no key", When = "it requests the client credentials grant",
        Then = "it is refused")]
    public async Task Grant_is_not_for_public_clients() =>
        Assert.Equal((401, "invalid_client"), (await server.AskAsync($"{Grant}&client_id=no-keys", client: null)).Outcome);

    [Statement("RFC 6749 §4.4.2",
        Given = "an unauthenticated caller", When = "it requests a token without credentials", Then = "it is refused")]
    public async Task Client_has_to_authenticate() =>
        Assert.Equal((401, "invalid_client"), (await server.AskAsync(client: null)).Outcome);

    [Statement("RFC 6749 §4.4.2",
        Given = "an authenticated client", When = "the request has only grant_type=client_credentials",
        Then = "it gets a token")]
    public async Task Scope_is_optional() => Assert.NotEmpty((await server.AskAsync())["access_token"]!);

    [Statement("RFC 6749 §4.4.2",
        Given = "an authenticated client", When = "the parameters are sent as a JSON object instead of a form",
        Then = "the request is refused", Holds = false,
        Because = "JSON with the same member names is accepted too, for callers without a form encoder")]
    public async Task Json_is_understood_as_well() => Assert.Equal(
        200,
        (await server.PostAsync(
            "/oauth2/token", """{"grant_type":"client_credentials"}""", "application/json", server.Basic("both"))).Status);

    [Statement("RFC 6749 §4.4.3",
        Given = "an authenticated client", When = "it gets an access token", Then = "the response has no refresh token")]
    public async Task No_refresh_token() =>
        Assert.False((await server.AskAsync()).Json.TryGetProperty("refresh_token", out _));

    [Statement("RFC 6749 §4.4.3",
        Given = "an authenticated client", When = "its token is read", Then = "the token was issued to that client")]
    public async Task Token_is_that_of_the_client() =>
        Assert.Equal("both", Read(await server.TokenAsync()).GetProperty("client_id").GetString());
}
