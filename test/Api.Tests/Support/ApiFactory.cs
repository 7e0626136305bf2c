using System.Net.Http.Json;
using System.Text.Json;
using Api.Clients;
using Api.OAuth;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>The app in memory, with its own data folder, clock and clients.</summary>
public sealed class ApiFactory : WebApplicationFactory<Program>
{
    public const string Issuer = "https://issuer.example";

    private readonly TemporaryFolder _data = new();
    private readonly Dictionary<string, string> _settings = [];

    public ApiFactory()
    {
        TestKeys.WriteTo(_data.Path, TestKeys.First.DatedTo(Time.Now.AddDays(-2)));
        Set("Issuer", Issuer);
        Set("DataDirectory", _data.Path);
    }

    internal Leaks.Logs Logs { get; } = new();

    /// <summary>The folder of its data, for a second instance.</summary>
    internal string DataDirectory => _settings["DataDirectory"];

    /// <summary>Replaces services of the app.</summary>
    internal Action<IServiceCollection> Replace { get; set; } = _ => { };

    internal SettableTime Time { get; init; } = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    public ApiFactory Set(string name, string value)
    {
        _settings[name] = value;

        return this;
    }

    /// <summary>Registers a client and returns its secret.</summary>
    internal async Task<string> AddClientAsync(string clientId, string scope, Func<Client, Client>? change = null)
    {
        var (secret, clearText) = ClientSecret.Generate(Time.Now);
        var client = new Client
        {
            ClientId = clientId,
            ClientName = clientId,
            Scopes = Scope.Parse(scope)!.Value,
            Secrets = [secret],
            CreatedAt = Time.Now,
        };
        Assert.True(await Services.GetRequiredService<ClientStore>().AddAsync(change?.Invoke(client) ?? client, default));

        return clearText;
    }

    /// <summary>Registers a client with these scopes and returns an access token for it.</summary>
    internal async Task<string> GetTokenAsync(string scope, Func<Client, Client>? change = null)
    {
        var clientId = Guid.NewGuid().ToString();
        var secret = await AddClientAsync(clientId, scope, change);
        using var response = await PostTokenAsync(clientId, secret);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();

        return body.GetProperty("access_token").GetString()!;
    }

    internal Task<HttpResponseMessage> PostTokenAsync(string clientId, string secret) => SendAsync(
        HttpMethod.Post,
        "/oauth2/token",
        new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId,
            ["client_secret"] = secret,
        }));

    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };

        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        var response = await CreateClient(new() { AllowAutoRedirect = false }).SendAsync(request);
        await response.Content.LoadIntoBufferAsync();
        Leaks.AssertNoneIn($"{response.Headers} {await response.Content.ReadAsStringAsync()}", $"the answer of {path}");

        return response;
    }

    internal Task<HttpResponseMessage> GetAsync(string path, string? token = null) =>
        SendAsync(HttpMethod.Get, path, null, token is null ? [] : [("Authorization", $"Bearer {token}")]);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Test");

        foreach (var (name, value) in _settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureLogging(logging => logging.AddProvider(new Leaks.Provider(Logs)));
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Time);
            Replace(services);
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);

        if (disposing)
        {
            _data.Dispose();
            Logs.AssertNoLeaks();
        }
    }
}
