using System.Net;
using Api.Clients;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Routes;

/// <summary>GET /admin/clients: its pages, and clients whose stored documents are damaged.</summary>
public sealed class ListClientsTests : AdminClientsRoutes
{
    [Fact]
    public async Task List_is_paged_by_a_cursor_in_the_order_of_the_ids()
    {
        foreach (var id in (string[])["b2", "a1", "c3", "B2", "a-1"])
        {
            await RegisterAsync($$"""{"client_id":"{{id}}","client_name":"x","scope":"USER"}""");
        }

        var seen = new List<string>();
        var cursor = "";

        for (var pages = 0; pages < 10; pages++)
        {
            var (_, page) = await SendAsync(HttpMethod.Get, $"?limit=2{(cursor is "" ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("clients").EnumerateArray().Select(client => client.GetProperty("client_id").GetString()!));

            if (!page.TryGetProperty("next_cursor", out var next))
            {
                break;
            }

            cursor = next.GetString()!;
        }

        Assert.Equal(6, seen.Count);
        Assert.Equal(seen.Order(StringComparer.Ordinal), seen);
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=201", "limit")]
    [InlineData("?limit=-1", "limit")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?limit=99999999999", "limit")]
    [InlineData("?cursor=!", "cursor")]
    [InlineData("?cursor=", "cursor")]
    [InlineData("?cursor=YWJj", "cursor")]
    public async Task Wrong_page_is_named(string query, string member)
    {
        var (response, problem) = await SendAsync(HttpMethod.Get, query);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.True(problem.GetProperty("errors").TryGetProperty(member, out _));
    }

    [Fact]
    public async Task Damaged_client_is_listed_and_removed_without_affecting_others()
    {
        var secret = await RegisterAsync(Orders);
        await WriteAsync("damaged", "{}");
        await WriteAsync("a b", "{");
        await WriteAsync(new('x', 1000), "[]");

        var (listed, list) = await SendAsync(HttpMethod.Get, "");
        var (_, page) = await SendAsync(HttpMethod.Get, "?limit=1");
        var ids = new List<string?>();

        for (var cursor = ""; cursor is not null;)
        {
            (_, page) = await SendAsync(HttpMethod.Get, $"?limit=1{cursor}");
            var entries = page.TryGetProperty("damaged", out var some) ? some : page.GetProperty("clients");
            ids.Add(Assert.Single(entries.EnumerateArray()).GetProperty("client_id").GetString());
            cursor = page.TryGetProperty("next_cursor", out var next) ? $"&cursor={next.GetString()}" : null;
        }

        Assert.Equal(HttpStatusCode.OK, listed.StatusCode);
        Assert.Equal(2, list.GetProperty("clients").GetArrayLength());
        var damaged = list.GetProperty("damaged").EnumerateArray().ToArray();
        Assert.Equal(["a b", "damaged", new('x', 1000)], damaged.Select(client => client.GetProperty("client_id").GetString()));
        Assert.Contains("it is no client document", damaged[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(5, ids.Distinct().Count());
        using var token = await Api.PostTokenAsync("orders", secret);
        Assert.Equal(HttpStatusCode.OK, token.StatusCode);

        foreach (var (method, path) in ((HttpMethod, string)[])[
            (HttpMethod.Get, "/damaged"), (HttpMethod.Patch, "/damaged"), (HttpMethod.Post, "/damaged/secrets")])
        {
            var (refused, problem) = await SendAsync(method, path, method == HttpMethod.Get ? null : "{}");
            Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
            Assert.Contains("can only be removed", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        foreach (var path in (string[])["/damaged", "/a%20b", $"/{new string('x', 1000)}"])
        {
            Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Delete, path)).Response.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(HttpMethod.Delete, path)).Response.StatusCode);
        }

        var (_, after) = await SendAsync(HttpMethod.Get, "");
        Assert.False(after.TryGetProperty("damaged", out _));
        Assert.Equal(3, Api.Logs.Lines.Count(line => line.Contains("Removal (damaged) of the client '", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Client_that_is_stored_under_another_id_gets_no_token()
    {
        var secret = await RegisterAsync("""{"client_id":"adm","client_name":"A","scope":"ADMIN"}""");
        var administrator = (await Api.Services.GetRequiredService<ClientStore>().FindAsync("adm", default))!;
        await WriteAsync("mm1", ClientDocument.Write(administrator));

        using var other = await Api.PostTokenAsync("mm1", secret);
        using var own = await Api.PostTokenAsync("adm", secret);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (other.StatusCode, own.StatusCode));
    }
}
