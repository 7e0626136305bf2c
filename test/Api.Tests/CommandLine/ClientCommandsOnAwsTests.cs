using Api.Tests.Support;

namespace Api.Tests.CommandLine;

/// <summary>The same commands with the clients in DynamoDB.</summary>
[Collection(MotoCollection.Name)]
public sealed class ClientCommandsOnAwsTests(MotoServer moto)
{
    [FactWith(Tool.Moto)]
    public async Task Client_lives_from_its_registration_to_its_removal() =>
        await ClientCommandsTests.LiveAsync([.. moto.Variables, ("DataTable", await moto.CreateTableAsync())]);
}
