using System.Net;
using System.Text.Json;

namespace Api.Tests.Routes;

/// <summary>Users that the rules do not allow.</summary>
public sealed class RefusedUserTests : AdminUsersRoutes
{
    [Theory]
    [InlineData("preferred_username", "null")]
    [InlineData("preferred_username", "\"\"")]
    [InlineData("preferred_username", "\"a b\"")]
    [InlineData("preferred_username", "\"usr_a\"")]
    [InlineData("preferred_username", "7")]
    [InlineData("name", "\"\"")]
    [InlineData("name", "\"a\\nb\"")]
    [InlineData("name", "{}")]
    [InlineData("email", "\"ada\"")]
    [InlineData("scope", "null")]
    [InlineData("scope", "\"USER ORDERS\"")]
    [InlineData("scope", "[\"USER\"]")]
    [InlineData("claims", "{\"sub\":\"x\"}")]
    [InlineData("claims", "{\"Scope\":\"ADMIN\"}")]
    [InlineData("claims", "[]")]
    [InlineData("enabled", "1")]
    [InlineData("sub", "\"usr_01234567890123456789\"")]
    [InlineData("passkeys", "[]")]
    [InlineData("version", "\"1\"")]
    [InlineData("password", "\"secret\"")]
    public async Task Wrong_member_is_named(string member, string value)
    {
        await RegisterAsync();
        var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""{"preferred_username":"other","scope":"USER"}""")!;
        body[member] = JsonSerializer.Deserialize<JsonElement>(value);

        var (registered, problem) = await SendAsync(HttpMethod.Post, "", JsonSerializer.Serialize(body));
        var (changed, _) = await SendAsync(HttpMethod.Patch, "/ada", $$"""{"{{member}}":{{value}}}""");

        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], [registered.StatusCode, changed.StatusCode]);
        Assert.Equal([member], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.StartsWith($"{member} ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Single((await SendAsync(HttpMethod.Get, "")).Body.GetProperty("users").EnumerateArray());
    }

    [Theory]
    [InlineData(2048, HttpStatusCode.Created)]
    [InlineData(2049, HttpStatusCode.BadRequest)]
    public async Task Claims_have_at_most_2_KiB(int length, HttpStatusCode status)
    {
        var claims = $$"""{"a":"{{new string('x', length - 8)}}"}""";

        var (response, _) = await SendAsync(HttpMethod.Post, "", $$"""{"preferred_username":"ada","scope":"USER","claims":{{claims}}}""");

        Assert.Equal(status, response.StatusCode);
    }
}
