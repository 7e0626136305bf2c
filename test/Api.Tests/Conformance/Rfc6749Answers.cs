using System.Text.Json;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The responses of the token endpoint (RFC 6749 §5).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc6749Answers(Server server)
{
    [Statement("RFC 6749 §5.1",
        Given = "a valid request", When = "the response is read",
        Then = "the status is 200, with access_token and token_type")]
    public async Task Token_and_its_type_are_there()
    {
        var answer = await server.AskAsync();

        Assert.Equal((200, "Bearer"), (answer.Status, answer["token_type"]));
        Assert.NotEmpty(answer["access_token"]!);
    }

    [Statement("RFC 6749 §5.1",
        Given = "a valid request", When = "the response is read",
        Then = "expires_in is a number, the token lifetime in seconds")]
    public async Task Expires_in_is_the_life_of_the_token()
    {
        var answer = await server.AskAsync();
        var claims = Read(answer["access_token"]!);

        Assert.Equal(
            claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64(), answer.Json.GetProperty("expires_in").GetInt64());
    }

    [Statement("RFC 6749 §5.1",
        Given = "a valid request", When = "the response is read",
        Then = "the body is a JSON object with the type application/json")]
    public async Task Body_is_json()
    {
        var answer = await server.AskAsync();

        Assert.Equal(("application/json", JsonValueKind.Object), (answer.Type, answer.Json.ValueKind));
    }

    [Statement("RFC 6749 §5.1",
        Given = "any request", When = "the response has a token or an error", Then = "Cache-Control is no-store")]
    public async Task Nothing_is_stored()
    {
        Assert.True((await server.AskAsync()).Response.Headers.CacheControl!.NoStore);
        Assert.True((await server.AskAsync(client: null)).Response.Headers.CacheControl!.NoStore);
    }

    [Statement("RFC 6749 §5.1", Given = "a valid request", When = "the response is read", Then = "Pragma is no-cache")]
    public async Task Pragma_is_no_cache() =>
        Assert.Equal("no-cache", (await server.AskAsync()).Response.Headers.Pragma.ToString());

    [Statement("RFC 6749 §5.2",
        Given = "any error response", When = "its body is read",
        Then = "it is application/json with error and error_description")]
    public async Task Refusal_is_json()
    {
        var answer = await server.AskAsync("scope=USER");

        Assert.Equal("application/json", answer.Type);
        Assert.Equal(["error", "error_description"], Names(answer.Json));
    }

    [Statement("RFC 6749 §5.2",
        Given = "error responses of every kind", When = "error_description is read",
        Then = "it is printable ASCII without quote and backslash")]
    public async Task Description_is_printable()
    {
        Answer[] answers =
        [
            await server.AskAsync("scope=%22%5C%0A"),
            await server.AskAsync(client: "\"", secret: "\\"),
            await server.AskAsync("grant_type=%0D%0A"),
            await server.AskAsync($"{Grant}&scope=%22%5C"),
            await server.AskAsync(client: "disabled"),
            await server.PostAsync("/oauth2/token", "\"", "text/plain"),
        ];

        Assert.All(answers, answer => Assert.Matches(@"^[\x20-\x21\x23-\x5b\x5d-\x7e]+$", answer["error_description"]));
    }

    [Statement("RFC 6749 §5.2",
        Given = "an authenticated client", When = "grant_type is missing", Then = "the response is 400 invalid_request")]
    public async Task Missing_grant_type() =>
        Assert.Equal((400, "invalid_request"), (await server.AskAsync("scope=USER")).Outcome);

    [Statement("RFC 6749 §5.2",
        Given = "an authenticated client", When = "the body is neither a form nor JSON",
        Then = "the response is 400 invalid_request")]
    public async Task Other_body() => Assert.Equal(
        (400, "invalid_request"), (await server.PostAsync("/oauth2/token", Grant, "text/plain", server.Basic("both"))).Outcome);

    [Statement("RFC 6749 §5.2",
        Given = "a client", When = "it sends a wrong secret with HTTP Basic",
        Then = "the response is 401 invalid_client with a Basic challenge")]
    public async Task Wrong_basic_is_challenged()
    {
        var answer = await server.AskAsync(secret: "wrong");

        Assert.Equal((401, "invalid_client"), answer.Outcome);
        Assert.StartsWith("Basic ", answer.Challenge, StringComparison.Ordinal);
    }

    [Statement("RFC 6749 §5.2",
        Given = "a client", When = "it sends a wrong secret in the body",
        Then = "the response may be 401 invalid_client, and is")]
    public async Task Wrong_secret_in_the_body() => Assert.Equal(
        (401, "invalid_client"), (await server.AskAsync($"{Grant}&client_id=both&client_secret=wrong", client: null)).Outcome);

    [Statement("RFC 6749 §5.2",
        Given = "an unknown client and a wrong secret", When = "both are refused", Then = "the responses are identical")]
    public async Task Unknown_client_and_wrong_secret_look_alike()
    {
        var unknown = await server.AskAsync(client: "nobody", secret: "wrong");
        var wrong = await server.AskAsync(secret: "wrong");

        Assert.Equal((wrong.Status, wrong.Text, wrong.Challenge), (unknown.Status, unknown.Text, unknown.Challenge));
    }

    [Statement("RFC 6749 §5.2",
        Given = "a disabled client", When = "it authenticates and requests a token",
        Then = "the response is 400 unauthorized_client")]
    public async Task Disabled_client() =>
        Assert.Equal((400, "unauthorized_client"), (await server.AskAsync(client: "disabled")).Outcome);

    [Statement("RFC 6749 §5.2",
        Given = "an authenticated client", When = "grant_type is password or unknown",
        Then = "the response is 400 unsupported_grant_type")]
    public async Task Other_grants()
    {
        foreach (var grant in new[] { "password", "Client_Credentials", "refresh_tokens" })
        {
            Assert.Equal((400, "unsupported_grant_type"), (await server.AskAsync($"grant_type={grant}")).Outcome);
        }
    }

    [Statement("RFC 6749 §5.2",
        Given = "an authenticated client", When = "it requests a scope that is unknown or not allowed for it",
        Then = "the response is 400 invalid_scope")]
    public async Task Other_scopes()
    {
        Assert.Equal((400, "invalid_scope"), (await server.AskAsync($"{Grant}&scope=NONE")).Outcome);
        Assert.Equal((400, "invalid_scope"), (await server.AskAsync($"{Grant}&scope=ADMIN", client: "user")).Outcome);
    }

    [Statement("RFC 6749 §5.2",
        Given = "an authenticated client", When = "the request is too large", Then = "the status is 400", Holds = false,
        Because = "it is 413 with the error invalid_request, because HTTP defines a status for this case")]
    public async Task Large_body_is_413() =>
        Assert.Equal((413, "invalid_request"), (await server.AskAsync($"{Grant}&x={new string('a', 16 * 1024)}")).Outcome);

    [Statement("RFC 6749 §5.2",
        Given = "an unreachable database", When = "a client requests a token", Then = "the error is defined in this section",
        Holds = false,
        Because = "it is 503 temporarily_unavailable, which §4.1.2.1 defines. No error in this section tells a client to retry")]
    public async Task Outage_has_an_error_of_another_section()
    {
        using var api = new ApiFactory();
        var secret = await api.AddClientAsync("client", "USER");
        var database = api.Services.GetRequiredService<SqliteDatabase>().Path;
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        File.Move(database, database + ".away");

        using var response = await api.PostTokenAsync("client", secret);

        Assert.Equal(503, (int)response.StatusCode);
        Assert.Contains("\"temporarily_unavailable\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
