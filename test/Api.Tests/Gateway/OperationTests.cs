using System.Collections.Concurrent;
using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Net.Http.Json;
using Api.Clients;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using static Api.Tests.Gateway.GatewayCaller;

namespace Api.Tests.Gateway;

/// <summary>A deployed stack over days: its keys rotate, and its clients change.</summary>
[Collection(GatewayCollection.Name)]
public sealed class OperationTests(MotoServer moto)
{
    [FactWith(Tool.Gateway)]
    public async Task Three_rotations_behind_the_gateway_s_cache_refuse_no_valid_token()
    {
        await using var stack = await Stack.DeployAsync(moto, followsClock: true);
        var (tokens, kids) = (new ConcurrentQueue<string>(), new HashSet<string>());

        for (var rotation = 0; rotation < 3; rotation++)
        {
            await stack.RotateAsync();

            // 52 h: until the new key signs and the last token of the old key has expired. The cache's 2 h are no multiple of 50 min.
            for (var step = 0; step < 63; step++)
            {
                stack.Time.Advance(TimeSpan.FromMinutes(50));
                var token = await GetTokenAsync(stack);
                kids.Add(new JwtSecurityToken(token).Header.Kid);
                tokens.Enqueue(token);

                foreach (var living in tokens.Where(one => new JwtSecurityToken(one).ValidTo > stack.Time.GetUtcNow().UtcDateTime.AddSeconds(10)))
                {
                    using var response = await GetAsync(stack, "/admin/keys", living);
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                }
            }
        }

        Assert.Equal(4, kids.Count);
    }

    [FactWith(Tool.Gateway)]
    public async Task New_client_gets_tokens_until_it_is_disabled_in_all_instances_within_a_minute()
    {
        await using var stack = await Stack.DeployAsync(moto, followsClock: true);
        await using var second = await stack.CreateApiInstanceAsync();
        var administrator = $"Bearer {await GetTokenAsync(stack)}";

        using var made = await SendAsync(
            stack,
            HttpMethod.Post,
            "/admin/clients",
            administrator,
            JsonContent.Create(new { client_id = "orders", client_name = "Orders", scope = "USER" }));
        var secret = await ReadAsync(made, "client_secret");
        var firstId = (await ReadAsync(made)).GetProperty("secrets")[0].GetProperty("id").GetString();
        using var token = await PostTokenAsync(stack, "orders", secret);
        using var user = await GetAsync(stack, "/user/me", await ReadAsync(token, "access_token"));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK], [made.StatusCode, user.StatusCode]);
        Assert.Equal(StatusCodes.Status200OK, await PostTokenAsync(second, secret));

        using var renewed = await SendAsync(stack, HttpMethod.Post, "/admin/clients/orders/secrets", administrator);
        var newSecret = await ReadAsync(renewed, "client_secret");
        using var removed = await SendAsync(stack, HttpMethod.Delete, $"/admin/clients/orders/secrets/{firstId}", administrator);
        using var withOld = await PostTokenAsync(stack, "orders", secret);
        using var withNew = await PostTokenAsync(stack, "orders", newSecret);
        stack.Time.Advance(ClientCache.Age);
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.Unauthorized, HttpStatusCode.OK],
            [renewed.StatusCode, removed.StatusCode, withOld.StatusCode, withNew.StatusCode]);
        Assert.Equal(StatusCodes.Status401Unauthorized, await PostTokenAsync(second, secret));
        Assert.Equal(StatusCodes.Status200OK, await PostTokenAsync(second, newSecret));

        using var disabled = await SendAsync(
            stack, HttpMethod.Patch, "/admin/clients/orders", administrator, JsonContent.Create(new { enabled = false }));
        using var refused = await PostTokenAsync(stack, "orders", newSecret);
        stack.Time.Advance(ClientCache.Age);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest], [disabled.StatusCode, refused.StatusCode]);
        Assert.Equal("unauthorized_client", await ReadAsync(refused, "error"));
        Assert.Equal(StatusCodes.Status400BadRequest, await PostTokenAsync(second, newSecret));
    }
}
