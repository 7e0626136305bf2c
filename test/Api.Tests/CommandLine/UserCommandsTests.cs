using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.CommandLine;

/// <summary>Users administered on the command line.</summary>
public sealed class UserCommandsTests : IDisposable
{
    private const string Issuer = "https://issuer.example";

    private readonly TemporaryFolder _folder = new();

    private string Data => _folder["data"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task User_lives_from_the_registration_to_the_removal() => LiveAsync(("DataDirectory", Data));

    /// <summary>The whole life of a user, with the documents where the environment says.</summary>
    internal static async Task LiveAsync(params (string, string)[] environment)
    {
        var added = await DoAsync(
            "add", "ada", "--scope", "USER", "ADMIN", "--name", "Ada Lovelace", "--email", "ada@example.com", "--claims", """{"team":7}""");
        var linked = await DoAsync("link", "ADA");
        var shown = await DoAsync("show", added.Json.GetProperty("sub").GetString()!);
        var disabled = await DoAsync("disable", "ada");
        var refused = await Command.RunAsync(environment, "users", "link", "ada", "--Issuer", Issuer);
        var enabled = await DoAsync("enable", "ada");
        var signedOut = await DoAsync("sign-out", "ada");
        var list = await DoAsync("list");
        var removed = await DoAsync("remove", "ada");
        var again = await Command.RunAsync(environment, "users", "remove", "ada");

        Assert.StartsWith($"{Issuer}/enroll/", added.Json.GetProperty("enrollment_link").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(added.Json.GetProperty("enrollment_link").GetString(), linked.Json.GetProperty("enrollment_link").GetString());
        Assert.Equal("""{"team":7}""", shown.Json.GetProperty("claims").GetRawText());
        Assert.False(disabled.Json.GetProperty("enabled").GetBoolean());
        refused.AssertRefused("enabled is false");
        Assert.True(enabled.Json.GetProperty("enabled").GetBoolean());
        Assert.Empty(signedOut.Output);
        Assert.Equal("ada", Assert.Single(list.Json.GetProperty("users").EnumerateArray()).GetProperty("preferred_username").GetString());
        Assert.Empty(removed.Output);
        again.AssertRefused("sub is not the ID or the name of a user.");

        async Task<Command> DoAsync(params string[] arguments)
        {
            var command = await Command.RunAsync(environment, ["users", .. arguments, "--json", "--Issuer", Issuer]);
            Assert.True(command.ExitCode is 0, command.Error);

            return command;
        }
    }

    [Fact]
    public async Task Texts_say_what_to_do_with_the_link()
    {
        var added = await Command.DoAsync(Data, "users", "add", "ada", "--scope", "USER", "--Issuer", Issuer);
        var linked = await Command.DoAsync(Data, "users", "link", "ada", "--Issuer", Issuer);
        var list = await Command.DoAsync(Data, "users", "list");
        var shown = await Command.DoAsync(Data, "users", "show", "ada");

        Assert.StartsWith("The user ada was created, with the sub usr_", added.Output, StringComparison.Ordinal);
        Assert.Contains("Send this link to the person. It works once", linked.Output, StringComparison.Ordinal);
        Assert.Single(linked.Output.Split('\n'), line => line.StartsWith($"  {Issuer}/enroll/", StringComparison.Ordinal));
        Assert.Equal(["SUB", User.SubPrefix], list.Output.TrimEnd().Split('\n').Select(line => line[..(line[0] is 'S' ? 3 : 4)]));
        Assert.Contains("preferred_username: ada\n", shown.Output, StringComparison.Ordinal);
        var link = linked.Output.Split('\n').Single(line => line.Contains("/enroll/", StringComparison.Ordinal)).Split('/')[^1];
        Assert.DoesNotContain(link, linked.Error, StringComparison.Ordinal);
        Assert.Contains("New link of the user 'usr_", linked.Error, StringComparison.Ordinal);
        Assert.Equal("Removed.\n", (await Command.DoAsync(Data, "users", "remove", "ada")).Output);
    }

    [Theory]
    [InlineData("Issuer is not set", "add", "ada", "--scope", "USER")]
    [InlineData("scope has 'NOPE'", "add", "ada", "--scope", "NOPE", "--Issuer", Issuer)]
    [InlineData("preferred_username must be", "add", "a b", "--scope", "USER", "--Issuer", Issuer)]
    [InlineData("preferred_username is taken", "add", "TAKEN", "--scope", "USER", "--Issuer", Issuer)]
    [InlineData("Issuer is not set", "link", "taken")]
    [InlineData("sub is not the ID or the name of a user", "link", "nobody", "--Issuer", Issuer)]
    [InlineData("sub is not the ID or the name of a user", "sign-out", "nobody")]
    [InlineData("passkeys have no passkey", "remove-passkey", "taken", "x")]
    public async Task Command_that_breaks_a_rule_is_refused(string named, params string[] arguments)
    {
        await Command.DoAsync(Data, "users", "add", "taken", "--scope", "USER", "--Issuer", Issuer);

        (await Command.RunAsync(Data, ["users", .. arguments])).AssertRefused(named);
    }

    [Fact]
    public async Task Nothing_is_made_where_nothing_is_changed()
    {
        var list = await Command.DoAsync(Data, "users", "list");

        Assert.StartsWith($"There are no users in {Data}", list.Output, StringComparison.Ordinal);
        (await Command.RunAsync(Data, "users", "show", "ada")).AssertRefused($"There are no users in {Data}");
        (await Command.RunAsync(Data, "users", "add", "ada", "--scope", "USER")).AssertRefused("Issuer is not set");
        Assert.False(Directory.Exists(Data));
    }
}

/// <summary>The same commands with the users in DynamoDB.</summary>
[Collection(MotoCollection.Name)]
public sealed class UserCommandsOnAwsTests(MotoServer moto)
{
    [FactWith(Tool.Moto)]
    public async Task User_lives_from_the_registration_to_the_removal() =>
        await UserCommandsTests.LiveAsync([.. moto.Variables, ("DataTable", await moto.CreateTableAsync())]);
}
