using System.Net;

namespace Api.Tests.Routes;

/// <summary>Who may call the routes below /admin/clients, and that one administrator always stays.</summary>
public sealed class ClientAdministratorTests : AdminClientsRoutes
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("GET", "/orders")]
    [InlineData("PATCH", "/orders")]
    [InlineData("DELETE", "/orders")]
    [InlineData("POST", "/orders/secrets")]
    [InlineData("DELETE", "/orders/secrets/1")]
    public async Task Nobody_without_the_scope_gets_here(string method, string path)
    {
        using var anonymous = await Api.SendAsync(new(method), $"/admin/clients{path}");
        Token = await Api.GetTokenAsync("USER");
        var (user, _) = await SendAsync(new(method), path);

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
    }

    [Fact]
    public async Task Last_client_that_may_administer_stays()
    {
        var (_, list) = await SendAsync(HttpMethod.Get, "");
        var admin = list.GetProperty("clients")[0].GetProperty("client_id").GetString();

        var (removed, problem) = await SendAsync(HttpMethod.Delete, $"/{admin}");
        var (disabled, _) = await SendAsync(HttpMethod.Patch, $"/{admin}", """{"enabled":false}""");
        var (demoted, _) = await SendAsync(HttpMethod.Patch, $"/{admin}", """{"scope":"USER"}""");

        Assert.All([removed, disabled, demoted], response => Assert.Equal(HttpStatusCode.Conflict, response.StatusCode));
        Assert.Contains("make another one first", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await RegisterAsync("""{"client_id":"second","client_name":"Second","scope":"ADMIN"}""");
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, $"/{admin}")).Response.StatusCode);
    }

    [Fact]
    public async Task Last_client_that_may_administer_keeps_what_it_shows_itself_with()
    {
        var (_, list) = await SendAsync(HttpMethod.Get, "");
        var admin = list.GetProperty("clients")[0];
        var path = $"/{admin.GetProperty("client_id").GetString()}";
        var secret = admin.GetProperty("secrets")[0].GetProperty("id").GetString();
        const string WithoutSecrets = """{"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://client.example/keys"}""";
        const string WithoutKeys = """{"token_endpoint_auth_method":"client_secret_basic","jwks_uri":null}""";

        var (removed, problem) = await SendAsync(HttpMethod.Delete, $"{path}/secrets/{secret}");
        // A new one that ends, with an end for the old one.
        var (ended, _) = await SendAsync(HttpMethod.Post, $"{path}/secrets", """{"expires_in":3600,"previous_expires_in":60}""");
        var (moved, _) = await SendAsync(HttpMethod.Patch, path, WithoutSecrets);
        var (unsecured, _) = await SendAsync(HttpMethod.Delete, $"{path}/secrets/{secret}");
        var (withoutKeys, _) = await SendAsync(HttpMethod.Patch, path, WithoutKeys);

        Assert.Equal(
            [HttpStatusCode.Conflict, HttpStatusCode.Conflict, HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Conflict],
            [removed.StatusCode, ended.StatusCode, moved.StatusCode, unsecured.StatusCode, withoutKeys.StatusCode]);
        Assert.Contains("make another one first", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        await RegisterAsync("""{"client_id":"second","client_name":"Second","scope":"ADMIN"}""");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Patch, path, WithoutKeys)).Response.StatusCode);
    }
}
