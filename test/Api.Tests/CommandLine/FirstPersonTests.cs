using System.Collections.Concurrent;
using Api.Tests.Deployment;
using Api.Tests.Support;

namespace Api.Tests.CommandLine;

/// <summary>The command that a deployed stack shows in its outputs.</summary>
[Collection(MotoCollection.Name)]
public sealed class FirstPersonTests(MotoServer moto)
{
    private const string Issuer = "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com";

    [FactWith(Tool.Gateway)]
    public async Task Command_of_the_outputs_makes_the_first_person()
    {
        var actions = new ConcurrentBag<string>();
        await using var proxy = await UnreliableProxy.StartAsync(moto.Address);
        proxy.Answer = (http, forward) =>
        {
            actions.Add(http.Request.Headers["X-Amz-Target"].ToString().Split('.')[^1]);

            return forward();
        };
        var table = await moto.CreateTableAsync();
        var output = (await CheckedTemplate.GetAsync("Outputs")).GetProperty("FirstPersonCommand").GetProperty("Value");
        var words = output.GetProperty("Fn::Sub").GetString()!
            .Replace("${AWS::Region}", MotoServer.Region, StringComparison.Ordinal)
            .Replace("${DataTable}", table, StringComparison.Ordinal)
            .Replace("${IssuerParameter.Value}", Issuer, StringComparison.Ordinal)
            .Replace("NAME", "ada", StringComparison.Ordinal)
            .Split(' ');

        Assert.Equal([$"AWS_REGION={MotoServer.Region}", "dotnet", "run", "--project", "src/Api", "--"], words[..6]);
        var command = await Command.RunAsync(AwsEmulator.VariablesAt(proxy.Address), words[6..]);

        Assert.True(command.ExitCode is 0, command.Error);
        Assert.Contains($"{Issuer}/enroll/", command.Output, StringComparison.Ordinal);
        Assert.Contains("If you deploy with a custom domain later", command.Output, StringComparison.Ordinal);
        // docs/users.md names the rights. A transaction needs those of its writes.
        Assert.Equal(["GetItem", "PutItem", "TransactWriteItems"], actions.Distinct().Order(StringComparer.Ordinal));
    }
}
