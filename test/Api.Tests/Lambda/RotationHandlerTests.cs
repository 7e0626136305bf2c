using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>The second function of the package, started by its handler string, with an emulator of Secrets Manager.</summary>
[Collection(MotoCollection.Name)]
public sealed class RotationHandlerTests(MotoServer moto)
{
    [FactWith(Tool.Moto)]
    public async Task Function_makes_the_first_key_and_goes_on_after_an_error()
    {
        await using var runtime = await RuntimeApi.StartAsync();
        await using var process = LambdaProcess.RunHandler(
            runtime, HandlerTests.Rotation, [("SigningKeySecretId", await moto.CreateSecretAsync()), .. moto.Environment]);

        var refused = await runtime.InvokeAsync("{}");
        var first = await runtime.InvokeAsync("""{"Operation":"Initialize"}""");
        var second = await runtime.InvokeAsync("""{"Operation":"Initialize"}""");

        Assert.Equal("InvalidOperationException", refused.ErrorType);
        Assert.Contains("Step ''", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("Made the first key", first.Json.GetProperty("Result").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("nothing has changed.", second.Json.GetProperty("Result").GetString(), StringComparison.Ordinal);
    }
}
