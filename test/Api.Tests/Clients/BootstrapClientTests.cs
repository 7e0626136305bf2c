using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.SecretsManager;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Clients;

/// <summary>The first client of a deployment on AWS, whose secret is in an emulator of Secrets Manager.</summary>
[Collection(MotoCollection.Name)]
public sealed class BootstrapClientTests(MotoServer moto) : IAsyncLifetime
{
    private const string Secret = "GeneratedBySecretsManager0123456789";

    private UnreliableProxy _proxy = null!;
    private string _secretId = "";

    public async Task InitializeAsync() => _proxy = await UnreliableProxy.StartAsync(moto.Address);

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [TheoryWith(Tool.Moto)]
    [InlineData("admin", Secret, HttpStatusCode.OK)]
    [InlineData("admin", Secret + "x", HttpStatusCode.Unauthorized)]
    [InlineData("admin", "", HttpStatusCode.Unauthorized)]
    [InlineData("Admin", Secret, HttpStatusCode.Unauthorized)]
    [InlineData("development", Secret, HttpStatusCode.Unauthorized)]
    public async Task Only_admin_is_known_and_only_by_its_secret(string clientId, string secret, HttpStatusCode status)
    {
        using var api = await StartAsync(Secret);

        using var response = await api.PostTokenAsync(clientId, secret);

        Assert.Equal(status, response.StatusCode);

        if (status is HttpStatusCode.OK)
        {
            var body = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal("ADMIN", body.GetProperty("scope").GetString());
        }
    }

    [FactWith(Tool.Moto)]
    public async Task New_secret_is_accepted_after_a_minute()
    {
        using var api = await StartAsync(Secret);
        using var before = await api.PostTokenAsync("admin", Secret);
        using var client = MotoServer.ClientOf(moto.Address);
        await client.PutSecretValueAsync(new() { SecretId = _secretId, SecretString = Secret + "2" });

        api.Time.Now += TimeSpan.FromSeconds(59);
        using var cached = await api.PostTokenAsync("admin", Secret);
        api.Time.Now += TimeSpan.FromSeconds(1);
        using var old = await api.PostTokenAsync("admin", Secret);
        using var changed = await api.PostTokenAsync("admin", Secret + "2");

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Unauthorized, HttpStatusCode.OK],
            [before.StatusCode, cached.StatusCode, old.StatusCode, changed.StatusCode]);
    }

    [FactWith(Tool.Moto)]
    public async Task Outage_is_answered_with_503_after_a_minute_and_logged_without_the_secret()
    {
        using var api = await StartAsync(Secret);
        using var before = await api.PostTokenAsync("admin", Secret);
        _proxy.Answer = UnreliableProxy.Error(400, "ThrottlingException");

        using var cached = await api.PostTokenAsync("admin", Secret);
        api.Time.Now += TimeSpan.FromSeconds(60);
        using var refused = await api.PostTokenAsync("admin", Secret);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable],
            [before.StatusCode, cached.StatusCode, refused.StatusCode]);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning: The secret", StringComparison.Ordinal));
        Assert.DoesNotContain(api.Logs.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData(31, HttpStatusCode.ServiceUnavailable)]
    [InlineData(32, HttpStatusCode.OK)]
    public async Task Short_secret_is_refused(int length, HttpStatusCode status)
    {
        using var api = await StartAsync(new string('a', length));

        using var response = await api.PostTokenAsync("admin", new string('a', length));

        Assert.Equal(status, response.StatusCode);
    }

    private async Task<ApiFactory> StartAsync(string secret)
    {
        _secretId = await moto.CreateSecretAsync(secret);

        return new ApiFactory { Replace = services => services.AddSingleton(new Lazy<AmazonSecretsManagerClient>(() => MotoServer.ClientOf(_proxy.Address))) }
            .Set("FirstClientSecretId", _secretId);
    }
}
