using System.Net;
using System.Text;
using System.Text.Json;

namespace Api.Benchmarks.Servers;

/// <summary>An emulator of Secrets Manager (moto), with the signing keys in one secret.</summary>
internal static class SecretsManager
{
    private const string KeySecretId = "signing-keys";
    private const string Region = "eu-central-1";

    public static (string Name, string Value) KeysInSecret => ("SigningKeySecretId", KeySecretId);

    /// <summary>What a function on Lambda finds in its environment, by the template, but for the keys.</summary>
    public static (string Name, string Value)[] SettingsAt(string address) =>
    [
        ("AWS_ENDPOINT_URL", address),
        ("AWS_REGION", Region),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("DataTable", "clients"),
        ("FirstClientSecretId", "first-client"),
    ];

    /// <summary>Starts the emulator; null where it is not installed.</summary>
    public static async Task<Server?> StartAsync(DevelopmentData data, CancellationToken cancellation)
    {
        try
        {
            await Child.RunAsync(Child.LoadCore, new("python3", "-c", "import moto.server, flask"), cancellation);
        }
        catch (BenchmarkException)
        {
            return null;
        }

        var server = await Server.StartAsync(
            Child.LoadCore, port => new("python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", $"{port}"), cancellation);

        try
        {
            await CreateSecretAsync(server, data.KeyRing, cancellation);

            return server;
        }
        catch
        {
            await server.DisposeAsync();

            throw;
        }
    }

    private static async Task CreateSecretAsync(Server server, string value, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Address)
        {
            Content = new StringContent(
                JsonSerializer.Serialize(new { Name = KeySecretId, SecretString = value }),
                Encoding.UTF8,
                "application/x-amz-json-1.1"),
            Headers = { { "X-Amz-Target", "secretsmanager.CreateSecret" } },
        };
        // Nobody checks the signature, but the region is read from it.
        request.Headers.TryAddWithoutValidation(
            "Authorization",
            $"AWS4-HMAC-SHA256 Credential=test/20260101/{Region}/secretsmanager/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await http.SendAsync(request, cancellation);

        if (response.StatusCode is not HttpStatusCode.OK)
        {
            var answer = await response.Content.ReadAsStringAsync(cancellation);

            throw new BenchmarkException("The emulator refuses the secret.", answer);
        }
    }
}
