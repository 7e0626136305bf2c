namespace Api.Benchmarks.Servers;

/// <summary>An emulator of Secrets Manager (moto), with the signing keys in one secret.</summary>
internal static class SecretsManager
{
    private const string KeySecretId = "signing-keys";

    public static (string Name, string Value) KeysInSecret => ("SigningKeySecretId", KeySecretId);

    /// <summary>The environment of the function in the template, without the setting of the keys.</summary>
    public static (string Name, string Value)[] SettingsAt(string address) =>
        [.. AwsEmulator.VariablesAt(address), ("DataTable", "clients"), ("FirstClientSecretId", "first-client")];

    /// <summary>Starts the emulator. Returns null if it is not installed.</summary>
    public static async Task<AwsEmulator?> StartAsync(DevelopmentData data, CancellationToken cancellation)
    {
        try
        {
            await Child.RunAsync(Child.LoadCore, new("python3", "-c", "import moto.server, flask"), cancellation);
        }
        catch (BenchmarkException)
        {
            return null;
        }

        var emulator = await AwsEmulator.StartAsync("taskset", "-c", Child.LoadCore);

        try
        {
            await emulator.CreateSecretAsync(KeySecretId, data.KeyRing);

            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();

            throw;
        }
    }
}
