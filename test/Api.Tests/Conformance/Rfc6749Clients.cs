using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>How clients authenticate (RFC 6749 §2.3), and that the client credentials grant is for those that do (§4.4).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc6749Clients(Server server)
{
    [Statement("RFC 6749 §2.3",
        Given = "a client with a secret", When = "it authenticates with HTTP Basic and in the body at once",
        Then = "the request is refused as invalid_request: one method in a request")]
    public async Task One_method_in_a_request() => Assert.Equal(
        (400, "invalid_request"), (await server.AskAsync($"{Grant}&client_secret={server.SecretOf("both")}")).Outcome);

    [Statement("RFC 6749 §2.3",
        Given = "two clients", When = "one authenticates with HTTP Basic and client_id names the other",
        Then = "no token is issued")]
    public async Task Basic_and_client_id_agree() =>
        Assert.Equal((400, "invalid_request"), (await server.AskAsync($"{Grant}&client_id=user")).Outcome);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "it sends id and secret by HTTP Basic", Then = "it is authenticated")]
    public async Task Basic_is_understood() => Assert.Equal(200, (await server.AskAsync()).Status);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client whose id has a dot and a tilde",
        When = "id and secret are form-encoded before they become HTTP Basic",
        Then = "the server decodes them again, and the client is authenticated")]
    public async Task Basic_is_form_decoded() => Assert.Equal(200, (await server.AskAsync(client: "a.b~c")).Status);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "it sends client_id and client_secret in the body",
        Then = "it may be authenticated so, and is")]
    public async Task Secret_in_the_body_is_understood() =>
        Assert.Equal(
            200, (await server.AskAsync($"{Grant}&client_id=both&client_secret={server.SecretOf("both")}", client: null)).Status);

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "id and secret are in the query of the address", Then = "they do not count")]
    public async Task Secret_in_the_address_does_not_count() => Assert.Equal(
        (401, "invalid_client"),
        (await server.PostAsync(
            $"/oauth2/token?client_id=both&client_secret={server.SecretOf("both")}", Grant, "application/x-www-form-urlencoded")).Outcome);

    [Statement("RFC 6749 §2.3.1",
        Given = "a server whose clients have secrets", When = "a request comes without TLS", Then = "it is refused",
        Holds = false,
        Because = "it is answered; TLS ends in front of the program, at the gateway, which speaks nothing else, and on a "
            + "developer's "
            + "machine there is none")]
    public async Task Program_itself_answers_without_tls()
    {
        var answer = await server.AskAsync();

        Assert.Equal(("http", 200), (answer.Response.RequestMessage!.RequestUri!.Scheme, answer.Status));
    }

    [Statement("RFC 6749 §2.3.1",
        Given = "a client with a secret", When = "somebody tries many secrets", Then = "the server stops the guessing",
        Holds = false,
        Because = "the program counts no attempts, and answers each with 401; there is nothing to guess in 256 random bits, "
            + "and on AWS the "
            + "gateway limits the rate")]
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
        Then = "its secret cannot be guessed: 256 bits, chosen by the server")]
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
        Given = "a client with a secret", When = "it sends its client_id alone",
        Then = "it is refused: a confidential client authenticates")]
    public async Task Id_alone_is_not_enough() =>
        Assert.Equal((401, "invalid_client"), (await server.AskAsync($"{Grant}&client_id=both", client: null)).Outcome);

    [Statement("RFC 6749 §4.4",
        Given = "a client without secret and key, a public one", When = "it asks for the client credentials grant",
        Then = "it is refused")]
    public async Task Grant_is_not_for_public_clients() =>
        Assert.Equal((401, "invalid_client"), (await server.AskAsync($"{Grant}&client_id=no-keys", client: null)).Outcome);

    [Statement("RFC 6749 §4.4.2",
        Given = "nobody in particular", When = "a token is asked for without any credentials", Then = "it is refused")]
    public async Task Client_has_to_authenticate() =>
        Assert.Equal((401, "invalid_client"), (await server.AskAsync(client: null)).Outcome);

    [Statement("RFC 6749 §4.4.2",
        Given = "an authenticated client", When = "grant_type is client_credentials and there is nothing else",
        Then = "it gets a token")]
    public async Task Scope_is_optional() => Assert.NotEmpty((await server.AskAsync())["access_token"]!);

    [Statement("RFC 6749 §4.4.2",
        Given = "an authenticated client", When = "the parameters are a JSON object in place of a form",
        Then = "the request is refused",
        Holds = false,
        Because = "JSON with the same member names is understood as well: an addition for callers that have no form encoder at "
            + "hand")]
    public async Task Json_is_understood_as_well() => Assert.Equal(
        200,
        (await server.PostAsync(
            "/oauth2/token", """{"grant_type":"client_credentials"}""", "application/json", server.Basic("both"))).Status);

    [Statement("RFC 6749 §4.4.3",
        Given = "an authenticated client", When = "it gets an access token", Then = "there is no refresh token beside it")]
    public async Task No_refresh_token() =>
        Assert.False((await server.AskAsync()).Json.TryGetProperty("refresh_token", out _));

    [Statement("RFC 6749 §4.4.3",
        Given = "a client that has authenticated", When = "the token is read", Then = "it was issued to that client")]
    public async Task Token_is_that_of_the_client() =>
        Assert.Equal("both", Read(await server.TokenAsync()).GetProperty("client_id").GetString());
}
