using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using Amazon.SecretsManager;

namespace Api.Tests.Support;

/// <summary>An emulator of AWS (moto) in a process of its own, on a port of its own, one for each collection of tests.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    public const string Region = "eu-central-1";

    private Process? _process;

    public string Address { get; private set; } = "";

    /// <summary>The environment of a program that takes the emulator for AWS.</summary>
    internal (string Name, string Value)[] Environment =>
    [
        ("AWS_ENDPOINT_URL", Address),
        ("AWS_REGION", Region),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];

    /// <summary>How a process finds it.</summary>
    internal (string, string)[] Variables =>
        [("AWS_ENDPOINT_URL", Address), ("AWS_REGION", Region), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

    public async Task InitializeAsync()
    {
        // The tests that need it are skipped then, with the reason.
        if (ExternalTools.ReasonToSkip(Tool.Moto) is not null)
        {
            return;
        }

        var address = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = Process.Start(new ProcessStartInfo(
            "python3", [Path.Combine(ExternalTools.Repository, "test", "aws", "moto_server.py"), "-H", "127.0.0.1", "-p", "0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        // The server says where it listens once it does: " * Running on http://127.0.0.1:43210".
        _process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Split(" * Running on ") is ["", var running])
            {
                address.TrySetResult(running);
            }
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        try
        {
            Address = await address.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            await DisposeAsync();

            throw;
        }
    }

    public async Task DisposeAsync()
    {
        if (_process is null)
        {
            return;
        }

        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Makes a secret, without a value as the deployment does for the signing keys, and returns its name.</summary>
    public async Task<string> CreateSecretAsync(string? value = null)
    {
        var name = $"keys-{Guid.NewGuid():N}";
        await SendAsync("secretsmanager", "secretsmanager.CreateSecret", value is null
            ? new() { ["Name"] = name }
            : new() { ["Name"] = name, ["SecretString"] = value });

        return name;
    }

    /// <summary>Makes a table as the template does, and returns its name.</summary>
    public async Task<string> CreateTableAsync()
    {
        var name = $"clients-{Guid.NewGuid():N}";
        var declared = JsonObject.Create(await SamTemplate.DataTableAsync())!;
        JsonObject table = new() { ["TableName"] = name };

        foreach (var property in (string[])["AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"])
        {
            table[property] = declared[property]!.DeepClone();
        }

        await SendAsync("dynamodb", "DynamoDB_20120810.CreateTable", table);
        await SendAsync("dynamodb", "DynamoDB_20120810.UpdateTimeToLive", new()
        {
            ["TableName"] = name,
            ["TimeToLiveSpecification"] = declared["TimeToLiveSpecification"]!.DeepClone(),
        });

        return name;
    }

    /// <summary>The SDK's client, as the app makes it, but for address and credentials.</summary>
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

    private async Task SendAsync(string service, string target, JsonObject body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/x-amz-json-1.1"),
            Headers = { { "X-Amz-Target", target } },
        };
        // Nobody checks the signature, but the region of a request is read from it.
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential=test/20260101/{Region}/{service}/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await Http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
