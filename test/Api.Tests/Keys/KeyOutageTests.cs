using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Keys;

/// <summary>The app while Secrets Manager fails.</summary>
[Collection(MotoKeysCollection.Name)]
public sealed class KeyOutageTests(MotoServer moto) : AppOnSecretsManager(moto)
{
    public static TheoryData<string> Outages => [.. Failures.Keys];

    private static readonly Dictionary<string, Func<HttpContext, Func<Task>, Task>> Failures = new()
    {
        ["stopped"] = UnreliableProxy.Drop,
        ["slow"] = UnreliableProxy.Delay,
        ["500"] = UnreliableProxy.Error(500, "InternalServiceError"),
        ["throttling"] = UnreliableProxy.Error(400, "ThrottlingException"),
        ["denied"] = UnreliableProxy.Error(400, "AccessDeniedException"),
        ["gone"] = UnreliableProxy.Error(400, "ResourceNotFoundException"),
        ["no JSON"] = (http, _) => http.Response.WriteAsync("<html>"),
        ["damaged"] = UnreliableProxy.Damage,
    };

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_with_a_loaded_ring_is_only_logged(string outage)
    {
        await Functions.InitializeAsync();
        using var api = Start();
        var secret = await api.AddClientAsync("client", "USER ADMIN");
        using var before = await api.PostTokenAsync("client", secret);
        Proxy.Answer = Failures[outage];
        Time.Now += TimeSpan.FromMinutes(6);

        using var token = await api.PostTokenAsync("client", secret);
        using var keys = await api.GetAsync("/.well-known/jwks.json");
        using var user = await api.GetAsync(
            "/user/me", (await before.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString());

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [token.StatusCode, keys.StatusCode, user.StatusCode]);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));

        // After the outage, the ring is loaded again.
        Proxy.Answer = UnreliableProxy.Forward;
        await Functions.RotateAsync();
        Time.Now += TimeSpan.FromMinutes(6);
        await Eventually.IsTrueAsync(async () => await CountKeysAsync(api) is 2);
    }

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_without_a_ring_is_answered_with_503_where_keys_are_needed(string outage)
    {
        if (outage is not "damaged")
        {
            await Functions.InitializeAsync();
        }

        Proxy.Answer = outage is "slow" ? Slower : Failures[outage];
        using var api = Start();
        var secret = await api.AddClientAsync("client", "USER ADMIN");

        using var token = await api.PostTokenAsync("client", secret);
        using var keys = await api.GetAsync("/.well-known/jwks.json");
        using var user = await api.GetAsync("/user/me", "a.b.c");
        using var metadata = await api.GetAsync("/.well-known/openid-configuration");
        using var health = await api.GetAsync("/health");

        foreach (var response in (HttpResponseMessage[])[token, keys, user])
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
        }

        Assert.True(token.Headers.CacheControl?.NoStore);
        Assert.Equal("temporarily_unavailable", (await token.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
        Assert.Equal("application/problem+json", keys.Content.Headers.ContentType?.MediaType);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [metadata.StatusCode, health.StatusCode]);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));

        static async Task Slower(HttpContext http, Func<Task> forward)
        {
            await Task.Delay(TimeSpan.FromSeconds(8), http.RequestAborted);
            await forward();
        }
    }

    [FactWith(Tool.Moto)]
    public async Task Secret_without_keys_is_answered_with_503_until_there_is_one()
    {
        using var api = Start();
        using var before = await api.GetAsync("/.well-known/jwks.json");

        await Functions.InitializeAsync();
        Time.Now += TimeSpan.FromSeconds(1);
        using var after = await api.GetAsync("/.well-known/jwks.json");

        Assert.Equal([HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], [before.StatusCode, after.StatusCode]);
    }

    private static async Task<int> CountKeysAsync(ApiFactory api)
    {
        using var response = await api.GetAsync("/.well-known/jwks.json");

        return new JsonWebKeySet(await response.Content.ReadAsStringAsync()).Keys.Count;
    }
}
