using Api.Tests.Support;

namespace Api.Tests.CommandLine;

/// <summary>Commands for clients that are refused and change nothing.</summary>
public sealed class RefusedClientCommandsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("--id taken", "client_id is taken")]
    [InlineData("--scope NOPE", "scope has 'NOPE', which is not in Scopes: USER ADMIN.")]
    [InlineData("--claims {\"iss\":1}", "claims has 'iss'")]
    [InlineData("--lifetime 59", "access_token_lifetime must be")]
    [InlineData("--auth-method other", "token_endpoint_auth_method must be one of")]
    [InlineData("--auth-method none", "token_endpoint_auth_method none requires grant_types to have authorization_code.")]
    [InlineData("--grant-type authorization_code", "redirect_uris must have at least one URI")]
    [InlineData("--redirect-uri http://app.example/", "redirect_uris must be at most 10 different URIs")]
    public async Task Registration_that_breaks_a_rule_is_refused(string arguments, string named)
    {
        await AddAsync("taken", "--scope", "USER");

        var refused = await Command.RunAsync(Data, ["clients", "add", "--name", "a", "--scope", "USER", .. arguments.Split(' ')]);

        refused.AssertRefused(named);
    }

    [Fact]
    public async Task Commands_that_change_nothing_create_no_files()
    {
        var list = await Command.DoAsync(Data, "clients", "list");
        var json = await Command.DoAsync(Data, "clients", "list", "--json");

        Assert.StartsWith($"There are no clients in {Data}", list.Output, StringComparison.Ordinal);
        Assert.Empty(json.Json.GetProperty("clients").EnumerateArray());
        (await Command.RunAsync(Data, "clients", "rotate", "client")).AssertRefused($"There are no clients in {Data}");
        Assert.False(Directory.Exists(Data));
    }

    [Fact]
    public async Task Damaged_database_is_named_and_not_changed()
    {
        await File.WriteAllTextAsync(_folder["data.db"], new string('x', 4096));

        var listed = await Command.RunAsync(_folder.Path, "clients", "list");
        var added = await Command.RunAsync(_folder.Path, "clients", "add", "--name", "a", "--scope", "USER");

        listed.AssertRefused(_folder["data.db"]);
        added.AssertRefused(_folder["data.db"]);
        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(_folder["data.db"]));
    }

    private Task<Command> AddAsync(string clientId, params string[] arguments) =>
        Command.DoAsync(Data, ["clients", "add", "--id", clientId, "--name", clientId, .. arguments]);
}
