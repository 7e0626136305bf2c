using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>How the app starts on Lambda, fails to, and stops.</summary>
[Trait("AwsPackages", "standin")]
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
    public async Task Broken_setting_is_an_init_error(string setting, string value)
    {
        await using var process = LambdaProcess.RunApi(_runtime, [.. LambdaApi.Settings(_data["data"]), (setting, value)]);

        var error = await _runtime.InitError;

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Equal("Runtime.ExitError", error.ErrorType);
        Assert.Contains("exit code 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("Cannot start: ", process.Log, StringComparison.Ordinal);
        Assert.Contains(setting, process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_signing_keys_are_an_init_error()
    {
        TestKeys.WriteTo(_data.Path, TestKeys.First);
        File.SetUnixFileMode(_data["signing-keys.json"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await using var process = LambdaProcess.RunApi(_runtime, LambdaApi.Settings(_data.Path));

        await _runtime.InitError;

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Contains("chmod 600", process.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production")]
    [InlineData("Development")]
    public async Task Program_that_is_asked_to_stop_ends_well_and_has_shown_no_secret(string environment)
    {
        await using var process = LambdaProcess.RunApi(
            _runtime, [.. LambdaApi.Settings(_data.Path), ("ASPNETCORE_ENVIRONMENT", environment)]);
        Assert.Equal(200, (await _runtime.SendAsync(GatewayRequest.Get("/health"))).Status);

        await process.TerminateAsync();

        Assert.Equal(0, await process.WaitForExitAsync());
        Assert.DoesNotContain("client_secret", process.Log, StringComparison.Ordinal);
    }
}
