using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Api.Configuration;
using Api.Foundation;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

public sealed class AdminKeysTests
{
    [Fact]
    public async Task Published_keys_are_listed_with_state_and_times_and_nothing_private()
    {
        using var folder = new TemporaryFolder();
        using var api = new ApiFactory();
        var now = api.Time.Now;
        var (retiring, active, pending) =
            (TestKeys.At(0, now.AddDays(-30)), TestKeys.At(1, now.AddHours(-30)), TestKeys.At(2, now.AddHours(-1)));
        TestKeys.WriteTo(folder.Path, TestKeys.At(3, now.AddDays(-60)), retiring, active, pending);
        api.Set("DataDirectory", folder.Path);

        using var response = await api.GetAsync("/admin/keys", await api.GetTokenAsync("ADMIN"));

        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var keys = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync())
            .GetProperty("keys").EnumerateArray().ToArray();
        Assert.Equal([retiring.Kid, active.Kid, pending.Kid], keys.Select(key => key.GetProperty("kid").GetString()));
        Assert.Equal(["retiring", "active", "pending"], keys.Select(key => key.GetProperty("state").GetString()));
        Assert.Equal(
            ["created_at", "kid", "published_until", "signs_from", "state"], keys[0].EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(now.AddHours(-30 + 24 + 26).AddMinutes(2), keys[0].GetProperty("published_until").GetDateTimeOffset());
        Assert.Equal(now.AddHours(-6), keys[1].GetProperty("signs_from").GetDateTimeOffset());
        Assert.False(keys[2].TryGetProperty("published_until", out _));
    }

    [Fact]
    public async Task Rotation_publishes_a_key_at_once_that_signs_later()
    {
        using var api = new ApiFactory();
        var token = await api.GetTokenAsync("ADMIN");

        using var response = await RotateAsync(api, token);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var times = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal(api.Time.Now, times.GetProperty("requested_at").GetDateTimeOffset());
        Assert.Equal(api.Time.Now.AddDays(1), times.GetProperty("signs_from").GetDateTimeOffset());
        Assert.Equal(api.Time.Now.AddHours(50).AddMinutes(2), times.GetProperty("previous_published_until").GetDateTimeOffset());
        Assert.Equal(["active", "pending"], await StatesAsync(api, token));
        Assert.Equal(TestKeys.First.Kid, new JwtSecurityToken(await api.GetTokenAsync("USER")).Header.Kid);

        api.Time.Now += TimeSpan.FromDays(1);
        Assert.NotEqual(TestKeys.First.Kid, new JwtSecurityToken(await api.GetTokenAsync("USER")).Header.Kid);
    }

    [Fact]
    public async Task Eleventh_key_is_refused_with_the_time_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var api = new ApiFactory().Set("DataDirectory", folder.Path);
        var now = api.Time.Now;
        TestKeys.WriteTo(folder.Path, [TestKeys.At(0, now.AddDays(-2)), .. TestKeys.Many[..8].Select(key => key.DatedTo(now))]);
        var token = await api.GetTokenAsync("ADMIN");

        using var accepted = await RotateAsync(api, token);
        using var refused = await RotateAsync(api, token);

        Assert.Equal([HttpStatusCode.Accepted, HttpStatusCode.Conflict], [accepted.StatusCode, refused.StatusCode]);
        Assert.Equal(new TimeSpan(50, 2, 0), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("2026-06-03 14:02:00Z", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(10, (await StatesAsync(api, token)).Length);
    }

    [Fact]
    public async Task Concurrent_rotations_fill_the_ring_and_the_others_are_refused()
    {
        using var api = new ApiFactory();
        var token = await api.GetTokenAsync("ADMIN");

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => Task.Run(() => RotateAsync(api, token))));

        // On a slow machine, some requests wait too long for the lock of the file.
        Assert.All(answers, answer => Assert.True(
            answer.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.Conflict or HttpStatusCode.ServiceUnavailable));
        Assert.All(answers.Where(answer => answer.StatusCode is HttpStatusCode.ServiceUnavailable), AssertBusy);
        Assert.Equal(
            answers.Count(answer => answer.StatusCode is HttpStatusCode.Accepted) + 1, (await StatesAsync(api, token)).Length);
        Assert.DoesNotContain(api.Logs.Lines, line => line.Contains("outcome unknown", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Rotation_during_a_change_by_another_process_is_503()
    {
        using var api = new ApiFactory();
        var token = await api.GetTokenAsync("ADMIN");
        var folder = api.Services.GetRequiredService<AuthorizationServerOptions>().DataDirectory;
        using var otherProcess = PrivateFile.OpenLock(Path.Combine(folder, "signing-keys.json.lock"));

        using var refused = await RotateAsync(api, token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        AssertBusy(refused);
        Assert.Contains(api.Logs.Lines, line => line.Contains("Rotation (not made) of signing keys", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_in_a_file_are_rotated_by_the_app_itself()
    {
        using var api = new ApiFactory();
        using var before = await api.GetAsync("/.well-known/jwks.json");
        api.Time.Now += TimeSpan.FromDays(28);

        // Generating a key can take longer than a request waits. Until then, the app uses the old ring.
        await Eventually.IsTrueAsync(async () => !(await ETagAsync()).Equals(before.Headers.ETag));

        Assert.Equal(["active", "pending"], await StatesAsync(api, await api.GetTokenAsync("ADMIN")));

        async Task<EntityTagHeaderValue> ETagAsync()
        {
            using var response = await api.GetAsync("/.well-known/jwks.json");

            return response.Headers.ETag!;
        }
    }

    [Fact]
    public async Task Rotation_needs_the_scope_ADMIN()
    {
        using var api = new ApiFactory();

        using var response = await RotateAsync(api, await api.GetTokenAsync("USER"));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static Task<HttpResponseMessage> RotateAsync(ApiFactory api, string token) =>
        api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));

    private static void AssertBusy(HttpResponseMessage refused)
    {
        using var reader = new StreamReader(refused.Content.ReadAsStream());
        Assert.Contains("Another request or process is changing the signing keys", reader.ReadToEnd(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(5), refused.Headers.RetryAfter?.Delta);
    }

    private static async Task<string[]> StatesAsync(ApiFactory api, string token)
    {
        using var response = await api.GetAsync("/admin/keys", token);
        var list = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.False(list.TryGetProperty("warning", out _));

        return [.. list.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("state").GetString()!)];
    }
}
