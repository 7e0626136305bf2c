using System.Text;
using System.Text.Json;
using Api.Tests.Support;
using Xunit.Abstractions;

namespace Api.Tests.Fuzz;

/// <summary>The routes for clients below /admin with random bodies. An accepted client can be read and gets valid tokens.</summary>
[Trait("Kind", "Fuzz")]
public sealed class AdminFuzzTests(ITestOutputHelper output) : IAsyncLifetime, IDisposable
{
    private static readonly string[] Words =
    [
        "client_id", "client_name", "scope", "token_endpoint_auth_method", "client_secret_basic", "private_key_jwt", "jwks", "jwks_uri",
        "claims", "access_token_lifetime", "access_token_reuse", "enabled", "secrets", "USER", "ADMIN", "nbf", "typ", "\"x\":1,",
        "{\"a\":[{\"b\":null}]}",
    ];

    private static readonly byte[][] Bodies =
    [
        .. new[]
        {
            """{"client_name":"Orders","scope":"USER"}""",
            """{"client_id":"orders","client_name":"Orders","scope":"USER ADMIN","enabled":false,"access_token_lifetime":60}""",
            """
            {"client_name":"ü","scope":"USER","claims":{"tenant":"nord","a":{"b":[1,2.5,null,true,"x"]}},"access_token_lifetime":86400,
            "access_token_reuse":600,"token_endpoint_auth_method":"client_secret_basic"}
            """,
            $$$"""{"client_name":"Keys","scope":"USER","jwks":{"keys":[{{{ClientKeyPair.Ec().Jwk("1", "ES256")}}}]}}""",
            """{"client_name":"Keys","scope":"USER","jwks_uri":"https://client.example/jwks"}""",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private readonly ApiFactory _api = new();
    private string _administrator = "";

    public async Task InitializeAsync() => _administrator = await _api.GetTokenAsync("ADMIN");

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _api.Dispose();

    [Fact]
    public Task Registration_is_refused_or_makes_a_client_that_works() => TryBodiesAsync(60, async body =>
    {
        var answer = await SendAsync("POST", "", body);

        if (answer.Status is not 201)
        {
            return Refused(answer);
        }

        var path = "/" + answer.Json.GetProperty("client_id").GetString();
        var secret = answer.Json.TryGetProperty("client_secret", out var shown) ? shown.GetString() : null;
        Assert.Equal(200, (await SendAsync("GET", path, [])).Status);
        await TryTokenAsync(path[1..], secret);
        Assert.Equal(204, (await SendAsync("DELETE", path, [])).Status);

        return "201";
    });

    [Fact]
    public Task Change_is_refused_or_leaves_a_client_that_works() => TryBodiesAsync(40, async body =>
    {
        var secret = await _api.AddClientAsync("changed", "USER");

        var answer = await SendAsync("PATCH", "/changed", body, "application/merge-patch+json");

        Assert.Equal(200, (await SendAsync("GET", "/changed", [])).Status);
        await TryTokenAsync("changed", secret);
        Assert.Equal(204, (await SendAsync("DELETE", "/changed", [])).Status);

        return answer.Status is 200 ? "200" : Refused(answer);
    });

    [Fact]
    public async Task Secret_is_made_or_refused()
    {
        await _api.AddClientAsync("changed", "USER");

        await Fuzzing.RunAsync(
            output,
            60,
            ["expires_in", "previous_expires_in"],
            mutator => mutator.Mutate("""{"expires_in":60,"previous_expires_in":0}"""u8.ToArray()),
            async body =>
            {
                var answer = await SendAsync("POST", "/changed/secrets", body);

                if (answer.Status is not 201)
                {
                    return Refused(answer);
                }

                var made = answer.Json.GetProperty("id").GetString();
                Assert.Equal(204, (await SendAsync("DELETE", $"/changed/secrets/{made}", [])).Status);

                return "201";
            });
    }

    private Task TryBodiesAsync(int count, Func<byte[], Task<string>> tryAsync) =>
        Fuzzing.RunAsync(output, count, Words, mutator => mutator.Mutate(Bodies), tryAsync);

    private static string Refused(RawAnswer answer)
    {
        Assert.Contains(answer.Status, (int[])[400, 409, 413]);
        Assert.StartsWith("application/problem+json", answer.Headers.ContentType.ToString(), StringComparison.Ordinal);

        return answer.Json.TryGetProperty("errors", out var errors) && errors.EnumerateObject().ToArray() is [var only]
            && Words.Contains(only.Name) ? $"{answer.Status} {only.Name}" : $"{answer.Status}";
    }

    private Task<RawAnswer> SendAsync(string method, string path, byte[] body, string type = "application/json") =>
        _api.SendAsync(new RawRequest(method, $"/admin/clients{path}", body, type, $"Bearer {_administrator}"));

    // The client may be one that gets no tokens. A token that it gets is valid.
    private async Task TryTokenAsync(string clientId, string? secret)
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}"));
        var answer = await _api.PostTokenAsync("grant_type=client_credentials"u8.ToArray(), authorization: $"Basic {basic}");

        if (answer.Status is 200)
        {
            var token = answer.Json.GetProperty("access_token").GetString();
            var me = await _api.SendAsync(new RawRequest("GET", "/user/me", [], null, $"Bearer {token}"));

            var scope = answer.Json.GetProperty("scope").GetString()!;
            Assert.Equal(scope.Contains("USER", StringComparison.Ordinal) ? 200 : 403, me.Status);
            Assert.True(me.Status is 403 || me.Json.ValueKind is JsonValueKind.Object);
        }
    }
}
