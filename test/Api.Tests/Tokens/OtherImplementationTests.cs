using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Tokens;

/// <summary>Our tokens in the hands of an implementation that is not .NET.</summary>
public sealed class OtherImplementationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Node)]
    public async Task Token_verifies_in_jose_from_discovery_and_the_published_keys()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);
        var token = await GetDevelopmentTokenAsync(api);

        var verified = JsonSerializer.Deserialize<JsonElement>(await Elsewhere.RunNodeAsync("verify.mjs", api.Address, "api", token));

        Assert.Equal("RS256", verified.GetProperty("header").GetProperty("alg").GetString());
        Assert.Equal("USER ADMIN", verified.GetProperty("payload").GetProperty("scope").GetString());
    }

    [FactWith(Tool.Node)]
    public async Task Client_library_authenticates_with_private_key_jwt()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"]);

        var outcome = JsonSerializer.Deserialize<JsonElement>(
            await Elsewhere.RunNodeAsync("private-key-jwt.mjs", api.Address, await GetDevelopmentTokenAsync(api)));

        Assert.Contains("private_key_jwt", outcome.GetProperty("methods").EnumerateArray().Select(method => method.GetString()));
        Assert.All(["RS256", "PS256", "ES256"], algorithm =>
        {
            var run = outcome.GetProperty(algorithm);
            Assert.False(run.GetProperty("client").TryGetProperty("client_secret", out _));
            var clientId = run.GetProperty("client").GetProperty("client_id").GetString();
            Assert.Equal(clientId, run.GetProperty("payload").GetProperty("client_id").GetString());
            AssertRefused(run.GetProperty("replayed"));
            AssertRefused(run.GetProperty("tampered"));
        });

        static void AssertRefused(JsonElement answer)
        {
            Assert.Equal(401, answer.GetProperty("status").GetInt32());
            Assert.Equal("invalid_client", answer.GetProperty("error").GetString());
        }
    }

    private static async Task<string> GetDevelopmentTokenAsync(ApiProcess api)
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "development",
            ["client_secret"] = api.Secret,
        });
        using var response = await http.PostAsync(new Uri(api.Address + "/oauth2/token"), form);

        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("access_token").GetString()!;
    }
}
