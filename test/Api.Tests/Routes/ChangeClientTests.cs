using System.Net;
using System.Text;
using System.Text.Json;
using Api.Clients;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

/// <summary>PATCH and DELETE /admin/clients/{id}, with and without a precondition (RFC 9110 §13.1.1).</summary>
public sealed class ChangeClientTests : AdminClientsRoutes
{
    [Fact]
    public async Task Patch_is_merged_and_applies_to_the_next_token()
    {
        var secret = await RegisterAsync("""
            {"client_id":"orders","client_name":"Orders","scope":"USER","claims":{"tenant":"nord","tier":1},"access_token_lifetime":600}
            """);

        var (response, client) = await SendAsync(HttpMethod.Patch, "/orders", """
            {"claims":{"tier":null,"region":"eu"},"access_token_lifetime":null,"scope":"USER ADMIN"}
            """, "application/merge-patch+json");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"region":"eu","tenant":"nord"}""", client.GetProperty("claims").GetRawText());
        Assert.Equal($"\"{client.GetProperty("version").GetString()}\"", response.Headers.ETag?.Tag);
        using var token = await Api.PostTokenAsync("orders", secret);
        var body = await BodyAsync(token);
        Assert.Equal(3600, body.GetProperty("expires_in").GetInt32());
        Assert.Equal("USER ADMIN", body.GetProperty("scope").GetString());
    }

    [Theory]
    [InlineData("{\"client_name\":null}", "client_name")]
    [InlineData("{\"client_id\":\"other\"}", "client_id")]
    [InlineData("{\"secrets\":null}", "secrets")]
    [InlineData("{\"created_at\":\"2026-01-01T00:00:00Z\"}", "created_at")]
    [InlineData("{\"enabled\":\"no\"}", "enabled")]
    [InlineData("{\"nonsense\":null}", "nonsense")]
    [InlineData("{\"nonsense\":1}", "nonsense")]
    public async Task Patch_that_breaks_a_rule_changes_nothing(string patch, string member)
    {
        await RegisterAsync(Orders);
        var (before, _) = await SendAsync(HttpMethod.Get, "/orders");

        var (response, problem) = await SendAsync(HttpMethod.Patch, "/orders", patch);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([member], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Single(problem.GetProperty("errors").GetProperty(member).EnumerateArray());
        var (after, _) = await SendAsync(HttpMethod.Get, "/orders");
        Assert.Equal(before.Headers.ETag, after.Headers.ETag);
    }

    [Fact]
    public async Task Disabled_client_gets_unauthorized_client_only_with_the_right_secret()
    {
        var secret = await RegisterAsync(Orders);
        await SendAsync(HttpMethod.Patch, "/orders", """{"enabled":false}""");

        using var right = await Api.PostTokenAsync("orders", secret);
        using var wrong = await Api.PostTokenAsync("orders", "wrong");

        Assert.Equal("unauthorized_client", (await BodyAsync(right)).GetProperty("error").GetString());
        Assert.Equal("invalid_client", (await BodyAsync(wrong)).GetProperty("error").GetString());
    }

    [Fact]
    public async Task Second_change_of_the_same_version_is_412()
    {
        await RegisterAsync(Orders);
        var (read, _) = await SendAsync(HttpMethod.Get, "/orders");

        var changes = await Task.WhenAll(Enumerable.Range(0, 2).Select(number => SendAsync(
            HttpMethod.Patch, "/orders", $$"""{"client_name":"{{number}}"}""", ifMatch: read.Headers.ETag!.Tag)));

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], changes.Select(change => change.Response.StatusCode).Order());
    }

    [Fact]
    public async Task Concurrent_changes_without_If_Match_all_succeed()
    {
        await RegisterAsync(Orders);

        var changes = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => SendAsync(
            HttpMethod.Patch, "/orders", $$$"""{"claims":{"c{{{number}}}":true}}""")));

        Assert.All(changes, change => Assert.Equal(HttpStatusCode.OK, change.Response.StatusCode));
        var (_, client) = await SendAsync(HttpMethod.Get, "/orders");
        Assert.Equal(5, client.GetProperty("claims").EnumerateObject().Count());
    }

    [Theory]
    [InlineData("\"other\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("other", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/{0}", HttpStatusCode.PreconditionFailed)]
    [InlineData("*", HttpStatusCode.NoContent)]
    [InlineData("{0}", HttpStatusCode.NoContent)]
    [InlineData("\"x\", {0}", HttpStatusCode.NoContent)]
    public async Task If_Match_works_as_in_RFC_9110(string ifMatch, HttpStatusCode status)
    {
        await RegisterAsync(Orders);
        var (read, _) = await SendAsync(HttpMethod.Get, "/orders");

        var (response, _) = await SendAsync(
            HttpMethod.Delete, "/orders", ifMatch: ifMatch.Replace("{0}", read.Headers.ETag!.Tag, StringComparison.Ordinal));

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Removed_client_is_unknown_at_once()
    {
        var secret = await RegisterAsync(Orders);

        var (response, _) = await SendAsync(HttpMethod.Delete, "/orders");

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        using var token = await Api.PostTokenAsync("orders", secret);
        Assert.Equal(HttpStatusCode.Unauthorized, token.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Get, "/orders")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, "/orders")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Patch, "/orders", "{}")).Response.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Post, "/orders/secrets")).Response.StatusCode);
    }

    [Theory]
    [InlineData("AccessTokenLifetime", "00:15:00", "USER")]
    [InlineData("Scopes", "USER ADMIN OTHER", "RETIRED")]
    public async Task Client_can_be_disabled_although_a_setting_no_longer_allows_its_values(string setting, string value, string scope)
    {
        await RegisterAsync("""{"client_id":"orders","client_name":"Orders","scope":"USER","access_token_reuse":300}""");
        var client = (await Api.Services.GetRequiredService<ClientStore>().FindAsync("orders", default))!;
        using var changed = new ApiFactory().Set(setting, value);
        await changed.Services.GetRequiredService<ClientStore>().AddAsync(client with { Scopes = [scope] }, default);
        var administrator = ("Authorization", $"Bearer {await changed.GetTokenAsync("ADMIN")}");

        var patches = new List<HttpStatusCode>();

        foreach (var patch in (string[])["""{"enabled":false}""", """{"scope":"USER OTHER NOPE"}""", """{"access_token_reuse":361}"""])
        {
            using var response = await changed.SendAsync(
                HttpMethod.Patch, "/admin/clients/orders", new StringContent(patch, Encoding.UTF8, "application/json"), administrator);
            patches.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest], patches);
        using var read = await changed.SendAsync(HttpMethod.Get, "/admin/clients/orders", null, administrator);
        Assert.False((await BodyAsync(read)).GetProperty("enabled").GetBoolean());
    }

    [Theory]
    [InlineData("""{"enabled":false}""", HttpStatusCode.OK)]
    [InlineData("""{"claims":{"Scope":"OTHER"}}""", HttpStatusCode.OK)]
    [InlineData("""{"claims":{"Scope":null}}""", HttpStatusCode.OK)]
    [InlineData("""{"claims":{"SCOPE":"ADMIN"}}""", HttpStatusCode.BadRequest)]
    public async Task Client_that_was_registered_with_a_reserved_claim_keeps_it_and_gets_no_other(string patch, HttpStatusCode status)
    {
        await Api.AddClientAsync("orders", "USER", client => client with
        {
            Claims = client.Claims.Add("Scope", JsonSerializer.Deserialize<JsonElement>("\"ADMIN\"")),
        });

        var (response, _) = await SendAsync(HttpMethod.Patch, "/orders", patch);

        Assert.Equal(status, response.StatusCode);
    }
}
