namespace Api.Benchmarks.Servers;

/// <summary>Another token issuer, on Node.js.</summary>
internal static class Peer
{
    private static readonly string Folder = Path.Combine(Repository.Path, "test", "Api.Benchmarks", "peers");

    /// <summary>Why it cannot be measured, or null.</summary>
    public static string? Missing { get; } =
        Directory.Exists(Path.Combine(Folder, "node_modules")) ? null : "run `npm ci` in test/Api.Benchmarks/peers";

    public static async Task<Server?> StartAsync(string name, DevelopmentData client, CancellationToken cancellation) =>
        Missing is not null ? null : await Server.StartAsync(
            Child.AppCore,
            port => new("node", $"{name}.mjs")
            {
                Folder = Folder,
                Environment =
                [
                    ("NODE_ENV", "production"),
                    ("PORT", $"{port}"),
                    ("CLIENT_ID", client.ClientId),
                    ("CLIENT_SECRET", client.ClientSecret),
                ],
            },
            cancellation);
}
