using System.Text.RegularExpressions;

namespace Api.Benchmarks.Servers;

/// <summary>The data of the app's first start in Development: keys, a client, and the public documents.</summary>
internal sealed partial class DevelopmentData : IDisposable
{
    public const string Issuer = "http://localhost:5000";

    private readonly string _folder = Directory.CreateTempSubdirectory("benchmark-").FullName;

    private DevelopmentData() => Directory.CreateDirectory(Documents);

    public string ClientId { get; private set; } = "";

    public string ClientSecret { get; private set; } = "";

    /// <summary>The folder with the metadata and the key set, as the app sent them.</summary>
    public string Documents => Path.Combine(_folder, "documents");

    /// <summary>The signing keys, as the app stores them.</summary>
    public string KeyRing => File.ReadAllText(Path.Combine(_folder, "data", "signing-keys.json"));

    /// <summary>The settings of the app. The issuer, and so the documents, are the same on every port.</summary>
    public (string Name, string Value)[] Settings =>
        [("Issuer", Issuer), ("DataDirectory", Path.Combine(_folder, "data"))];

    /// <summary>The settings of the bare server.</summary>
    public (string Name, string Value)[] BareSettings => [("Documents", Documents)];

    public static async Task<DevelopmentData> CreateAsync(PublishedProgram app, CancellationToken cancellation)
    {
        var data = new DevelopmentData();

        try
        {
            await using var server = await Server.StartAsync(
                Child.BothCores,
                port => app.With([.. data.Settings, ("ASPNETCORE_ENVIRONMENT", "Development")], "--urls", Server.AddressAt(port)),
                cancellation);
            await data.TakeAsync(server, cancellation);

            return data;
        }
        catch
        {
            data.Dispose();

            throw;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task TakeAsync(Server server, CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = new(server.Address) };

        foreach (var name in (string[])["openid-configuration", "jwks.json"])
        {
            var document = await http.GetByteArrayAsync(new Uri($".well-known/{name}", UriKind.Relative), cancellation);
            await File.WriteAllBytesAsync(Path.Combine(Documents, name), document, cancellation);
        }

        // Printed once the app listens.
        while (!Secret().IsMatch(server.Output))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }

        (ClientId, ClientSecret) = (Id().Match(server.Output).Groups[1].Value, Secret().Match(server.Output).Groups[1].Value);
    }

    [GeneratedRegex(@"client_id +(\S+)\s")]
    private static partial Regex Id();

    [GeneratedRegex(@"client_secret +(\S+)\s")]
    private static partial Regex Secret();
}
