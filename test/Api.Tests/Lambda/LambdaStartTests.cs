using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>How the app starts on Lambda, or fails to start.</summary>
public sealed class LambdaStartTests : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _data = new();
    private RuntimeApi _runtime = null!;

    public async Task InitializeAsync() => _runtime = await RuntimeApi.StartAsync();

    public async Task DisposeAsync() => await _runtime.DisposeAsync();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData("Issuer", "https://issuer.example/")]
    [InlineData("AccessTokenLifetime", "never")]
    public async Task Broken_setting_ends_the_program_before_the_first_event(string setting, string value)
    {
        await using var process = LambdaProcess.RunApi(_runtime, [.. LambdaApi.Settings(_data["data"]), (setting, value)]);

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.False(_runtime.InitError.IsCompleted);
        Assert.Contains("Cannot start: ", process.Log, StringComparison.Ordinal);
        Assert.Contains(setting, process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_signing_keys_end_the_program_before_the_first_event()
    {
        TestKeys.WriteTo(_data.Path, TestKeys.First);
        File.SetUnixFileMode(_data["signing-keys.json"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await using var process = LambdaProcess.RunApi(_runtime, LambdaApi.Settings(_data.Path));

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("chmod 600", process.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Program_serves_and_shows_no_secret(string environment)
    {
        await using var process = LambdaProcess.RunApi(
            _runtime, [.. LambdaApi.Settings(_data.Path), ("ASPNETCORE_ENVIRONMENT", environment)]);

        var response = await _runtime.SendAsync(GatewayRequest.Get("/health"));

        Assert.Equal(200, response.Status);
        Assert.DoesNotContain("client_secret", process.Log, StringComparison.Ordinal);
    }
}
