using Api.Clients;
using Api.Storage;

namespace Api.Tests.Support;

/// <summary>The built app on Lambda, with a client with the scope USER, and the client of the forged tokens.</summary>
public sealed class LambdaApi : IAsyncLifetime, IDisposable
{
    public const string ClientId = "service";

    private readonly TemporaryFolder _data = new();
    private LambdaProcess _process = null!;

    internal RuntimeApi Runtime { get; private set; } = null!;

    internal string Secret { get; private set; } = "";

    internal string Log => _process.Log;

    internal TokenForge Forge { get; } = new(TestKeys.First, ApiFactory.Issuer, DateTimeOffset.UtcNow, TimeSpan.FromHours(1));

    /// <summary>The settings of a function that stores keys and clients in this folder.</summary>
    internal static (string Name, string Value)[] Settings(string dataDirectory) =>
        [("Issuer", ApiFactory.Issuer), ("DataDirectory", dataDirectory), ("Swagger", "true")];

    public async Task InitializeAsync()
    {
        TestKeys.WriteTo(_data.Path, TestKeys.First.DatedTo(DateTimeOffset.UtcNow.AddDays(-2)));
        await AddClientsAsync();
        Runtime = await RuntimeApi.StartAsync();
        _process = LambdaProcess.RunApi(Runtime, Settings(_data.Path));
    }

    public async Task DisposeAsync()
    {
        await _process.DisposeAsync();
        await Runtime.DisposeAsync();
    }

    public void Dispose() => _data.Dispose();

    internal Task<GatewayResponse> SendAsync(GatewayRequest request) => Runtime.SendAsync(request);

    internal async Task<string> GetTokenAsync()
    {
        var response = await SendAsync(GatewayRequest.Post(
            "/oauth2/token",
            "application/x-www-form-urlencoded",
            $"grant_type=client_credentials&client_id={ClientId}&client_secret={Secret}") with
        { AsBase64 = true });

        return response.Json.GetProperty("access_token").GetString()!;
    }

    private async Task AddClientsAsync()
    {
        var database = new SqliteDatabase(new() { DataDirectory = _data.Path });
        await database.OpenAsync(default);
        var store = new ClientStore(new SqliteDocumentStore(database, TimeProvider.System));
        var (secret, clearText) = ClientSecret.Generate(DateTimeOffset.UtcNow);
        Secret = clearText;

        foreach (var (clientId, scopes) in ((string, string[])[])[(ClientId, ["USER"]), (Forge.ClientId, ["USER", "ADMIN"])])
        {
            var client = new Client
            {
                ClientId = clientId,
                ClientName = clientId,
                Scopes = [.. scopes],
                Secrets = [secret],
                CreatedAt = DateTimeOffset.UtcNow,
            };
            Assert.True(await store.AddAsync(client, default));
        }
    }
}
