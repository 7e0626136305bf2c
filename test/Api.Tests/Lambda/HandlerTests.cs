using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>What a handler string starts, and what is said of one that starts nothing.</summary>
public sealed class HandlerTests : IAsyncLifetime, IDisposable
{
    internal const string Rotation = "Api::Api.Keys.KeyRotation::HandleAsync";

    private readonly TemporaryFolder _data = new();
    private RuntimeApi _runtime = null!;

    public async Task InitializeAsync() => _runtime = await RuntimeApi.StartAsync();

    public async Task DisposeAsync() => await _runtime.DisposeAsync();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Handler_Api_serves()
    {
        await using var process = LambdaProcess.RunHandler(_runtime, "Api", LambdaApi.Settings(_data.Path));

        var response = await _runtime.SendAsync(GatewayRequest.Get("/.well-known/openid-configuration"));

        Assert.Equal(ApiFactory.Issuer, response.Json.GetProperty("issuer").GetString());
    }

    [Theory]
    [InlineData(Rotation, "SigningKeySecretId")]
    [InlineData("Api::Api.Keys.KeyRotation::Handle", "Handle")]
    [InlineData("Api::Api.Keys.Rotation::HandleAsync", "Api.Keys.Rotation")]
    [InlineData("Other::Api.Keys.KeyRotation::HandleAsync", "Other.dll")]
    [InlineData("Api::HandleAsync", "Api::HandleAsync")]
    [InlineData("Other", "Other.dll")]
    public async Task Handler_that_cannot_start_is_an_init_error(string handler, string named)
    {
        await using var process = LambdaProcess.RunHandler(_runtime, handler);

        var error = await _runtime.InitError;

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await process.WaitForExitAsync());
    }
}
