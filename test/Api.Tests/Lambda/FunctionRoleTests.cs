using System.Text.Json;
using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>The executable in each of its roles, which an environment variable selects.</summary>
[Collection(MotoCollection.Name)]
public sealed class FunctionRoleTests(MotoServer moto) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _data = new();
    private RuntimeApi _runtime = null!;

    public async Task InitializeAsync() => _runtime = await RuntimeApi.StartAsync();

    public async Task DisposeAsync() => await _runtime.DisposeAsync();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("Api")]
    [InlineData("")]
    public async Task Web_API_serves(string role)
    {
        await using var process = LambdaProcess.RunApi(_runtime, [.. LambdaApi.Settings(_data.Path), ("FunctionRole", role)]);

        var response = await _runtime.SendAsync(GatewayRequest.Get("/.well-known/openid-configuration"));

        Assert.Equal(ApiFactory.Issuer, response.Json.GetProperty("issuer").GetString());
    }

    [FactWith(Tool.Moto)]
    public async Task Key_rotation_makes_the_first_key_and_goes_on_after_an_error()
    {
        await using var process = LambdaProcess.RunApi(
            _runtime,
            [("FunctionRole", "KeyRotation"), ("SigningKeySecretId", await moto.CreateSecretAsync()), .. moto.Variables]);

        var refused = await _runtime.InvokeAsync("{}");
        var first = await _runtime.InvokeAsync("""{"Operation":"Initialize"}""");
        var second = await _runtime.InvokeAsync("""{"Operation":"Initialize"}""");

        Assert.Contains("InvalidOperationException", refused.ErrorType, StringComparison.Ordinal);
        Assert.Contains("Step ''", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("Created the first key", first.Json.GetProperty("Result").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.", second.Json.GetProperty("Result").GetString(), StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Key_revocation_revokes_and_does_nothing_else()
    {
        var options = new KeyOptions { SigningKeySecretId = await moto.CreateSecretAsync() };
        await new KeyFunctions(moto, options, TimeProvider.System).InitializeAsync();
        var kid = (await new KeyRingSecret(new(() => MotoServer.ClientOf(moto.Address)), options).LoadAsync(default)).Newest.Kid;
        await using var process = LambdaProcess.RunApi(
            _runtime, [("FunctionRole", "KeyRevocation"), ("SigningKeySecretId", options.SigningKeySecretId), .. moto.Variables]);

        var other = await _runtime.InvokeAsync("""{"Operation":"Initialize"}""");
        var revoked = await _runtime.InvokeAsync(JsonSerializer.Serialize(new { Kid = kid }));

        Assert.Contains("must have the member Kid", other.Message, StringComparison.Ordinal);
        Assert.StartsWith($"Revoked the key {kid}", revoked.Json.GetProperty("Result").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("FunctionRole", "Other", "FunctionRole 'Other' must be Api, KeyRotation, KeyRevocation, ReadinessGate")]
    [InlineData("FunctionRole", "1", "FunctionRole '1' must be")]
    [InlineData("FunctionRole", "keyrotation", "FunctionRole 'keyrotation' must be")]
    [InlineData("FunctionRole", "KeyRotation", "SigningKeySecretId is not set")]
    [InlineData("FunctionRole", "KeyRevocation", "SigningKeySecretId is not set")]
    public async Task Role_that_cannot_start_is_named_in_the_log(string name, string value, string reason)
    {
        await using var process = LambdaProcess.RunApi(_runtime, (name, value));

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains($"Cannot start: {reason}", process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Role_other_than_the_web_API_does_not_start_outside_Lambda()
    {
        await using var process = LambdaProcess.RunApi(_runtime, ("FunctionRole", "ReadinessGate"), ("AWS_LAMBDA_FUNCTION_NAME", ""));

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("requires AWS Lambda", process.Log, StringComparison.Ordinal);
    }
}
