using System.Net;

namespace Api.Tests.Routes;

/// <summary>Who may call the routes below /admin/clients.</summary>
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
    public async Task Scope_ADMIN_is_required(string method, string path)
    {
        using var anonymous = await Api.SendAsync(new(method), $"/admin/clients{path}");
        Token = await Api.GetTokenAsync("USER");
        var (user, _) = await SendAsync(new(method), path);

        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
    }
}
