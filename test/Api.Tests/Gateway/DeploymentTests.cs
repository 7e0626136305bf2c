using System.Net;
using Api.Tests.Support;
using static Api.Tests.Gateway.GatewayCaller;

namespace Api.Tests.Gateway;

/// <summary>A deployment whose authorizer cannot be created, because the issuer does not answer in time.</summary>
[Collection(GatewayCollection.Name)]
public sealed class DeploymentTests(MotoServer moto)
{
    [FactWith(Tool.Gateway)]
    public async Task Authorizer_cannot_be_created_before_the_first_key()
    {
        await using var stack = await Stack.PrepareAsync(moto);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(stack.CreateAuthorizerAsync);

        Assert.Contains("Invalid issuer", failure.Message, StringComparison.Ordinal);
        using var response = await GetAsync(stack, "/user/me", null);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [FactWith(Tool.Gateway)]
    public async Task Authorizer_cannot_be_created_during_a_slow_start_for_which_the_gate_waits()
    {
        await using var stack = await Stack.PrepareAsync(moto);
        await stack.MakeFirstKeyAsync();
        stack.ApiFunction.StartDelay = TimeSpan.FromSeconds(2);

        await Assert.ThrowsAsync<InvalidOperationException>(stack.CreateAuthorizerAsync);

        await stack.ApiFunction.RecycleAsync();
        Assert.Equal("SUCCESS", (await stack.RunGateAsync()).GetProperty("Status").GetString());
        await stack.CreateAuthorizerAsync();
        using var response = await GetAsync(stack, "/admin/keys", await GetTokenAsync(stack));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
