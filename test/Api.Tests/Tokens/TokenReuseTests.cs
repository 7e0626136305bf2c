using System.Net.Http.Json;
using System.Text.Json;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Tokens;

public sealed class TokenReuseTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData(null, 600, 1, false)]
    [InlineData(20, 600, 20, true)]
    [InlineData(20, 600, 21, false)]
    [InlineData(60, 600, 60, true)]
    [InlineData(60, 600, 61, false)]
    // A tenth of the life is over.
    [InlineData(60, 100, 10, true)]
    [InlineData(60, 100, 11, false)]
    [InlineData(60, 600, -1, false)]
    public async Task Token_is_given_again_for_as_long_as_the_client_may_and_nine_tenths_of_its_life_remain(
        int? reuse, int lifetime, int age, bool isSame)
    {
        var secret = await AddAsync("orders", reuse, lifetime);
        var first = await GetAsync("orders", secret);
        _api.Time.Now += TimeSpan.FromSeconds(age);

        var second = await GetAsync("orders", secret);

        Assert.Equal(isSame, Text(first) == Text(second));
        Assert.Equal(isSame ? lifetime - age : lifetime, second.GetProperty("expires_in").GetInt32());
    }

    [Fact]
    public async Task Tokens_of_other_scopes_and_clients_are_others()
    {
        var (orders, stock) = (await AddAsync("orders", 60, 600), await AddAsync("stock", 60, 600));

        string[] tokens =
        [
            Text(await GetAsync("orders", orders)),
            Text(await GetAsync("stock", stock)),
            Text(await GetAsync("orders", orders, "USER")),
            Text(await GetAsync("orders", orders, "ADMIN USER")),
        ];

        Assert.Equal(4, tokens.Distinct().Count());
        Assert.Equal(tokens[0], Text(await GetAsync("orders", orders, "USER ADMIN")));
    }

    [Fact]
    public async Task Change_of_the_client_ends_it()
    {
        var secret = await AddAsync("orders", 60, 600);
        var first = await GetAsync("orders", secret);
        var admin = await _api.GetTokenAsync("ADMIN");
        using var content = JsonContent.Create(new { claims = new { tenant = "nord" } });

        using var changed = await _api.SendAsync(
            HttpMethod.Patch, "/admin/clients/orders", content, ("Authorization", $"Bearer {admin}"));

        Assert.True(changed.IsSuccessStatusCode);
        Assert.NotEqual(Text(first), Text(await GetAsync("orders", secret)));
    }

    [Fact]
    public async Task Revoked_key_ends_it()
    {
        var store = new ReplaceableKeys();
        _api.Replace = services => services.AddSingleton<IKeyRingStore>(store);
        var secret = await AddAsync("orders", 300, 86_400);
        var first = await GetAsync("orders", secret);
        Assert.Equal(Text(first), Text(await GetAsync("orders", secret)));
        store.Ring = store.Ring.Revoke(TestKeys.First.Kid, TestKeys.At(1, _api.Time.Now), _api.Time.Now);

        // The app learns of it when it loads its keys again.
        _api.Time.Now += TimeSpan.FromMinutes(4);
        await _api.Services.GetRequiredService<KeyRingCache>().ReloadEarlyAsync(default);

        Assert.NotEqual(Text(first), Text(await GetAsync("orders", secret)));
    }

    private Task<string> AddAsync(string id, int? reuse, int lifetime) => _api.AddClientAsync(id, "USER ADMIN", client => client with
    {
        AccessTokenLifetime = TimeSpan.FromSeconds(lifetime),
        AccessTokenReuse = reuse is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
    });

    private async Task<JsonElement> GetAsync(string id, string secret, string? scope = null)
    {
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = id,
            ["client_secret"] = secret,
            ["scope"] = scope ?? "",
        });
        using var response = await _api.SendAsync(HttpMethod.Post, "/oauth2/token", content);

        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string Text(JsonElement response) => response.GetProperty("access_token").GetString()!;
}
