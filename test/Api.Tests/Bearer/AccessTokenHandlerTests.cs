using System.Net;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Bearer;

/// <summary>A token that has been seen before is refused all the same as soon as there is a reason to.</summary>
public sealed class AccessTokenHandlerTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData(3599, HttpStatusCode.OK)]
    [InlineData(3659, HttpStatusCode.OK)]
    [InlineData(3660, HttpStatusCode.Unauthorized)]
    public async Task Known_token_expires_like_any_other(int seconds, HttpStatusCode status)
    {
        var token = await _api.GetTokenAsync("USER");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], new[] { await GetAsync(token), await GetAsync(token) });

        _api.Time.Now += TimeSpan.FromSeconds(seconds);

        Assert.Equal(status, await GetAsync(token));
    }

    [Fact]
    public async Task Known_token_of_a_revoked_key_is_refused()
    {
        var store = new ReplaceableKeys();
        _api.Replace = services => services.AddSingleton<IKeyRingStore>(store);
        var token = await _api.GetTokenAsync("USER", client => client with { AccessTokenLifetime = TimeSpan.FromHours(24) });
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], new[] { await GetAsync(token), await GetAsync(token) });
        store.Ring = store.Ring.Revoke(TestKeys.First.Kid, TestKeys.At(1, _api.Time.Now), _api.Time.Now);

        _api.Time.Now += TimeSpan.FromMinutes(4);
        await _api.Services.GetRequiredService<KeyRingCache>().ReloadEarlyAsync(default);

        Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(token));
    }

    [Fact]
    public async Task Token_of_a_key_that_is_not_loaded_yet_is_accepted_and_remembered()
    {
        var store = new ReplaceableKeys();
        _api.Replace = services => services.AddSingleton<IKeyRingStore>(store);
        var known = await _api.GetTokenAsync("USER");
        Assert.Equal(HttpStatusCode.OK, await GetAsync(known));
        var key = TestKeys.At(1, _api.Time.Now);
        store.Ring = new([TestKeys.First, key], KeySchedule.From(new()));
        var token = new TokenForge(key, ApiFactory.Issuer, _api.Time.Now).Sign();

        HttpStatusCode[] statuses = [await GetAsync(token), await GetAsync(token), await GetAsync(known)];

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
    }

    [Fact]
    public async Task Token_that_differs_from_a_known_one_in_a_letter_is_refused()
    {
        var token = await _api.GetTokenAsync("USER");
        Assert.Equal(HttpStatusCode.OK, await GetAsync(token));

        foreach (var index in (int[])[5, token.Length / 2, token.Length - 20])
        {
            var other = token[..index] + (token[index] is 'A' ? 'B' : 'A') + token[(index + 1)..];

            Assert.Equal(HttpStatusCode.Unauthorized, await GetAsync(other));
        }
    }

    [Fact]
    public async Task Known_token_still_lacks_the_scope_that_it_lacks()
    {
        var token = await _api.GetTokenAsync("USER");
        Assert.Equal(HttpStatusCode.OK, await GetAsync(token));

        using var response = await _api.GetAsync("/admin/keys", token);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private async Task<HttpStatusCode> GetAsync(string token)
    {
        using var response = await _api.GetAsync("/user/me", token);

        return response.StatusCode;
    }
}
