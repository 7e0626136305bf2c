using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Protected;

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
}
