using System.Net;
using Api.Clients;

namespace Api.Tests.Support;

/// <summary>Clients with keys. <c>rsa</c> and <c>ec</c> have a key each, and the others have one of these two.</summary>
public sealed class ClientsWithKeys : IAsyncLifetime, IDisposable
{
    public ApiFactory Api { get; } = new();

    internal ClientKeyPair Rsa { get; } = ClientKeyPair.Rsa();

    internal ClientKeyPair OtherRsa { get; } = ClientKeyPair.Rsa();

    internal ClientKeyPair Ec { get; } = ClientKeyPair.Ec();

    public async Task InitializeAsync()
    {
        await AddAsync("rsa", Rsa.Public());
        await AddAsync("other", OtherRsa.Public());
        await AddAsync("ec", Ec.Public());
        await AddAsync("ps256", Rsa.Public(alg: "PS256"));
        await AddAsync("several", OtherRsa.Public("one"), Rsa.Public("two"), Ec.Public());
        await AddAsync("no-keys");
        await Api.AddClientAsync("off", "USER", client => client with { Keys = [Rsa.Public()], Enabled = false });
        await Api.AddClientAsync(
            "secret", "USER", client => client with { Keys = [Rsa.Public()], AuthenticationMethod = "client_secret_basic" });
    }

    internal AssertionForge Forge(string clientId = "rsa", string algorithm = "RS256") =>
        new(clientId, algorithm is "ES256" ? Ec : Rsa, algorithm, Api.Time.Now);

    internal static Dictionary<string, string> ParametersOf(string assertion) => new()
    {
        ["grant_type"] = "client_credentials",
        ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ["client_assertion"] = assertion,
    };

    internal static Task<HttpResponseMessage> PostAsync(ApiFactory api, string assertion) =>
        api.SendAsync(HttpMethod.Post, "/oauth2/token", new FormUrlEncodedContent(ParametersOf(assertion)));

    internal static async Task AssertRefusedAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal(
            """{"error":"invalid_client","error_description":"The client is unknown, or its credentials are missing or wrong."}""",
            await response.Content.ReadAsStringAsync());
        Assert.Empty(response.Headers.WwwAuthenticate);
    }

    internal void AssertNotInTheLog(string assertion) => Assert.All(
        assertion.Split('.').Where(part => part.Length > 40),
        part => Assert.DoesNotContain(Api.Logs.Lines, line => line.Contains(part, StringComparison.Ordinal)));

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Api.Dispose();

    private Task<string> AddAsync(string clientId, params ClientKey[] keys) =>
        Api.AddClientAsync(clientId, "USER", client => client with { Secrets = [], Keys = [.. keys] });
}
