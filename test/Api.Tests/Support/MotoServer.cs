using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.SecretsManager;

namespace Api.Tests.Support;

/// <summary>The AWS emulator of a test collection.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    public const string Region = AwsEmulator.Region;

    private AwsEmulator? _emulator;

    public string Address => _emulator!.Address;

    /// <summary>The environment variables of a program that uses an emulator.</summary>
    internal (string, string)[] Variables => AwsEmulator.VariablesAt(Address);

    public async Task InitializeAsync()
    {
        // The tests that need it are skipped, with the reason.
        if (ExternalTools.ReasonToSkip(Tool.Moto) is null)
        {
            _emulator = await AwsEmulator.StartAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_emulator is not null)
        {
            await _emulator.DisposeAsync();
        }
    }

    /// <summary>Creates a secret, without a value as a deployment does for the signing keys, and returns its name.</summary>
    public async Task<string> CreateSecretAsync(string? value = null)
    {
        var name = $"keys-{Guid.NewGuid():N}";
        await _emulator!.CreateSecretAsync(name, value);

        return name;
    }

    /// <summary>Creates a table as the template does, and returns its name.</summary>
    public async Task<string> CreateTableAsync()
    {
        var name = $"clients-{Guid.NewGuid():N}";
        var declared = JsonObject.Create(await SamTemplate.DataTableAsync())!;
        JsonObject table = new() { ["TableName"] = name };

        foreach (var property in (string[])["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"])
        {
            table[property] = declared[property]!.DeepClone();
        }

        await _emulator!.SendAsync("dynamodb", "DynamoDB_20120810.CreateTable", table);
        await _emulator.SendAsync("dynamodb", "DynamoDB_20120810.UpdateTimeToLive", new()
        {
            ["TableName"] = name,
            ["TimeToLiveSpecification"] = declared["TimeToLiveSpecification"]!.DeepClone(),
        });

        return name;
    }

    /// <summary>A client of the SDK, created as in the app but with another address and credentials.</summary>
    internal static AmazonSecretsManagerClient ClientOf(string address) => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonSecretsManagerConfig { ServiceURL = address, AuthenticationRegion = Region, Timeout = TimeSpan.FromSeconds(3), MaxErrorRetry = 1 });

    internal static AmazonDynamoDBClient DynamoClientOf(string address, TimeSpan? timeout = null) => new(
        new BasicAWSCredentials("test", "test"),
        new AmazonDynamoDBConfig
        {
            ServiceURL = address,
            AuthenticationRegion = Region,
            Timeout = timeout ?? TimeSpan.FromSeconds(3),
            MaxErrorRetry = 1,
        });
}
