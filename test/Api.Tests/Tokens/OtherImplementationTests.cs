using Api.Tests.Support;

namespace Api.Tests.Tokens;

/// <summary>Libraries that are not .NET get our tokens and verify them: test/clients says how.</summary>
public sealed class OtherImplementationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TheoryWith(Tool.Node)]
    [InlineData("JWT")]
    [InlineData("at+jwt")]
    public async Task Libraries_get_tokens_verify_them_and_understand_refusals(string type)
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"], "--AccessTokenType", type);

        var (exitCode, output, error) = await ExternalTools.RunAsync(
            ExternalTools.Clients, "node", "clients.mjs", api.Address, "development", api.Secret);

        Assert.True(exitCode is 0, output + error);
        Assert.EndsWith(" passed, 0 failed", output.TrimEnd(), StringComparison.Ordinal);
    }
}
