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
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "development",
            ["client_secret"] = api.Secret,
        });
        using var response = await http.PostAsync(new Uri(api.Address + "/oauth2/token"), form);
        var token = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync()).GetProperty("access_token");

        var verified = JsonSerializer.Deserialize<JsonElement>(
            await Elsewhere.RunNodeAsync("verify.mjs", api.Address, "api", token.GetString()!));

        Assert.Equal("RS256", verified.GetProperty("header").GetProperty("alg").GetString());
        Assert.Equal("USER ADMIN", verified.GetProperty("payload").GetProperty("scope").GetString());
    }
}
