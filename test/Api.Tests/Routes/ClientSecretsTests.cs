using System.Net;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Routes;

/// <summary>The secrets of a client over HTTP: added, used, and removed.</summary>
public sealed class ClientSecretsTests : AdminClientsRoutes
{
    [Fact]
    public async Task Secret_is_replaced_without_a_gap()
    {
        var first = await RegisterAsync(Orders);

        var (response, made) = await SendAsync(HttpMethod.Post, "/orders/secrets", """{"expires_in":3600}""");
        var second = made.GetProperty("client_secret").GetString()!;
        var (third, problem) = await SendAsync(HttpMethod.Post, "/orders/secrets");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(Api.Time.Now.AddHours(1).ToUnixTimeSeconds(), made.GetProperty("client_secret_expires_at").GetInt64());
        Assert.Equal(HttpStatusCode.Conflict, third.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty("secrets", out _));
        Assert.Equal("200 200", await StatusesAsync(first, second));
        var (_, client) = await SendAsync(HttpMethod.Get, "/orders");
        var firstId = client.GetProperty("secrets")[0].GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/orders/secrets/{firstId}")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, $"/orders/secrets/{firstId}")).Response.StatusCode);
        Assert.Equal("401 200", await StatusesAsync(first, second));
        Api.Time.Now += TimeSpan.FromHours(1);
        Assert.Equal("401 401", await StatusesAsync(first, second));
    }

    [Fact]
    public async Task Previous_secret_expires_when_requested()
    {
        var first = await RegisterAsync(Orders);
        var (_, made) = await SendAsync(HttpMethod.Post, "/orders/secrets", """{"previous_expires_in":600}""");
        var second = made.GetProperty("client_secret").GetString()!;

        Assert.Equal("200 200", await StatusesAsync(first, second));
        Api.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal("401 200", await StatusesAsync(first, second));
        // The expired secret does not count.
        Token = await Api.GetTokenAsync("ADMIN");
        Assert.Equal(HttpStatusCode.Created, (await SendAsync(HttpMethod.Post, "/orders/secrets")).Response.StatusCode);
    }

    [Theory]
    [InlineData("{\"expires_in\":59}", "expires_in")]
    [InlineData("{\"expires_in\":\"60\"}", "expires_in")]
    [InlineData("{\"previous_expires_in\":-1}", "previous_expires_in")]
    [InlineData("{\"secret\":\"mine\"}", "secret")]
    public async Task Wrong_lifetime_of_a_secret_is_named(string body, string member)
    {
        await RegisterAsync(Orders);

        var (response, problem) = await SendAsync(HttpMethod.Post, "/orders/secrets", body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _));
    }

    [Theory]
    [InlineData("client_secret_basic", 401)]
    [InlineData("client_secret_post", 200)]
    public async Task Client_that_is_pinned_to_a_method_cannot_use_another(string method, int status)
    {
        var secret = await RegisterAsync(
            $$"""{"client_id":"orders","client_name":"Orders","scope":"USER","token_endpoint_auth_method":"{{method}}"}""");

        // PostTokenAsync sends the secret in the body.
        using var response = await Api.PostTokenAsync("orders", secret);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task Last_use_of_a_secret_is_shown_as_a_day()
    {
        var secret = await RegisterAsync(Orders);

        using var token = await Api.PostTokenAsync("orders", secret);

        // The use is stored in the background.
        var day = default(JsonElement);
        await Eventually.IsTrueAsync(async () =>
            (await SendAsync(HttpMethod.Get, "/orders")).Body.GetProperty("secrets")[0].TryGetProperty("last_used", out day));

        Assert.Equal("2026-06-01", day.GetString());
    }
}
