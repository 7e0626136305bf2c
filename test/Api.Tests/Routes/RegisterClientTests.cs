using System.Net;

namespace Api.Tests.Routes;

/// <summary>POST /admin/clients with a body that is accepted.</summary>
public sealed class RegisterClientTests : AdminClientsRoutes
{
    [Fact]
    public async Task Client_is_registered_with_a_secret_that_is_shown_once_and_works()
    {
        var (response, client) = await SendAsync(HttpMethod.Post, "", """{"client_name":"Orders","scope":"USER ADMIN"}""");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        var id = client.GetProperty("client_id").GetString()!;
        Assert.Equal($"/admin/clients/{id}", response.Headers.Location?.OriginalString);
        Assert.Equal(0, client.GetProperty("client_secret_expires_at").GetInt64());
        using var token = await Api.PostTokenAsync(id, client.GetProperty("client_secret").GetString()!);
        Assert.Equal(HttpStatusCode.OK, token.StatusCode);
        var (again, shown) = await SendAsync(HttpMethod.Get, $"/{id}");
        Assert.Equal(response.Headers.ETag, again.Headers.ETag);
        Assert.Equal(
            ["claims", "client_id", "client_name", "created_at", "enabled", "scope", "secrets", "updated_at", "version"],
            shown.EnumerateObject().Select(member => member.Name).Order());
        // last_used appears when the day of the use has been stored.
        Assert.Equal(
            ["created_at", "id"],
            shown.GetProperty("secrets")[0].EnumerateObject().Select(member => member.Name).Except(["last_used"]).Order());
    }

    [Fact]
    public async Task Every_member_is_kept_and_reaches_the_token()
    {
        var (_, client) = await SendAsync(HttpMethod.Post, "", """
            {"client_id":"orders","client_name":"Örders 🛒","scope":"USER","token_endpoint_auth_method":"client_secret_post",
             "claims":{"tenant":"nord","limits":{"a":[1,2.50,1e3]}},"access_token_lifetime":600,"access_token_reuse":60,"enabled":true}
            """);

        using var response = await Api.PostTokenAsync("orders", client.GetProperty("client_secret").GetString()!);
        var token = await BodyAsync(response);

        Assert.Equal(600, token.GetProperty("expires_in").GetInt32());
        using var me = await Api.GetAsync("/user/me", token.GetProperty("access_token").GetString());
        var claims = await BodyAsync(me);
        Assert.Equal("nord", claims.GetProperty("tenant").GetString());
        Assert.Equal("""{"a":[1,2.50,1e3]}""", claims.GetProperty("limits").GetRawText());
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        Assert.Equal("Örders 🛒", client.GetProperty("client_name").GetString());
    }

    [Fact]
    public async Task Second_client_of_an_id_is_refused()
    {
        await SendAsync(HttpMethod.Post, "", Orders);

        var (response, problem) = await SendAsync(HttpMethod.Post, "", Orders);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty("client_id", out _));
    }
}
