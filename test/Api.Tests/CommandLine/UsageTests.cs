using Api.Tests.Support;

namespace Api.Tests.CommandLine;

/// <summary>The help of the command line, and the errors for wrong arguments.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--help", "clients")]
    [InlineData("-h", "keys")]
    [InlineData("clients --help", "remove-secret <ID> <SECRET_ID>")]
    [InlineData("clients add --help", "--scope <SCOPE> (REQUIRED)")]
    [InlineData("clients rotate --help", "--previous-expires-in <SECONDS>")]
    [InlineData("keys --help", "rotate")]
    [InlineData("keys list --help", "--json")]
    [InlineData("--version", "1.")]
    public async Task Help_is_given_on_each_level(string arguments, string named)
    {
        var help = await Command.DoAsync(_folder["data"], arguments.Split(' '));

        Assert.Contains(named, help.Output, StringComparison.Ordinal);
        Assert.Empty(help.Error);
    }

    [Theory]
    [InlineData("client list", "Unrecognized command or argument 'client'.")]
    [InlineData("clients", "Required command was not provided.")]
    [InlineData("clients lst", "'lst' was not matched.")]
    [InlineData("clients show", "Required argument missing for command: 'show'.")]
    [InlineData("clients list --DataDirectry x", "Unrecognized command or argument '--DataDirectry'.")]
    [InlineData("clients list @arguments", "Unrecognized command or argument '@arguments'.")]
    [InlineData("clients add --name a", "Option '--scope' is required.")]
    [InlineData("clients add --name a --scope USER --lifetime 1h", "--lifetime must be a whole number of seconds.")]
    [InlineData("clients add --name a --scope USER --claims [1]", "--claims is not a JSON object")]
    [InlineData("clients add --name a --scope USER --claims {\"a\":1,\"a\":2}", "--claims is not a JSON object")]
    [InlineData("clients add --name a --scope USER --jwks /nowhere/keys.json", "--jwks: Could not find")]
    public async Task Invalid_arguments_are_named_and_nothing_is_changed(string arguments, string named)
    {
        var command = await Command.RunAsync(_folder["data"], arguments.Split(' '));

        Assert.Equal(2, command.ExitCode);
        Assert.Empty(command.Output);
        Assert.Contains(command.Error.Split('\n'), line => line.StartsWith(named, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", command.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]));
    }

    [Fact]
    public async Task Settings_are_read_from_arguments_and_environment()
    {
        await Command.DoAsync(_folder["data"], "clients", "add", "--name", "a", "--scope", "ORDERS", "--id", "a", "--Scopes", "USER ADMIN ORDERS");

        var elsewhere = await Command.DoAsync(_folder["nothing"], "clients", "show", "a", "--DataDirectory", _folder["data"]);
        var wrong = await Command.RunAsync([("DataDirectory", _folder["data"]), ("KeySize", "1024")], "keys", "list");

        Assert.Contains("scope: ORDERS", elsewhere.Output, StringComparison.Ordinal);
        wrong.AssertRefused("KeySize '1024'");
    }
}
