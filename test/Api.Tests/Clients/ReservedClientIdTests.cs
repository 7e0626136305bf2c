using System.Net;
using Api.Tests.Routes;

namespace Api.Tests.Clients;

/// <summary>Client IDs that could be taken for a user or for an audience.</summary>
public sealed class ReservedClientIdTests : AdminClientsRoutes
{
    [Theory]
    [InlineData("usr_a", "must not start with usr_")]
    [InlineData("USR_01234567890123456789", "must not start with usr_")]
    [InlineData("api", "must not be the Audience")]
    public async Task New_client_cannot_have_it(string clientId, string rule)
    {
        var (response, problem) = await SendAsync(
            HttpMethod.Post, "", $$"""{"client_id":"{{clientId}}","client_name":"a","scope":"USER"}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(rule, problem.GetProperty("errors").GetProperty("client_id")[0].GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("usr-a")]
    [InlineData("usr")]
    [InlineData("API")]
    public async Task Client_can_have_a_similar_one(string clientId)
    {
        var (response, _) = await SendAsync(
            HttpMethod.Post, "", $$"""{"client_id":"{{clientId}}","client_name":"a","scope":"USER"}""");

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [InlineData("usr_a")]
    [InlineData("api")]
    public async Task Stored_client_keeps_working_and_is_named_in_the_log(string clientId)
    {
        var secret = await Api.AddClientAsync(clientId, "USER");

        using var token = await Api.PostTokenAsync(clientId, secret);
        var (shown, _) = await SendAsync(HttpMethod.Get, $"/{clientId}");
        var (changed, _) = await SendAsync(HttpMethod.Patch, $"/{clientId}", """{"enabled":false}""");

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [token.StatusCode, shown.StatusCode, changed.StatusCode]);
        Assert.Contains(Api.Logs.Lines, line => line.StartsWith($"Warning: The client ID '{clientId}' must not ", StringComparison.Ordinal));
    }
}
