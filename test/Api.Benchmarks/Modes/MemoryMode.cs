using System.Globalization;
using System.Text.RegularExpressions;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>The resident memory after many requests, and the bytes allocated for a token.</summary>
internal sealed partial class MemoryMode(PublishedProgram app, DevelopmentData data, Settings settings, Report report)
{
    private const int Few = 100_000;
    private const int Many = 1_000_000;
    private const double MostAllocatedBytes = 8 * 1024;

    private LoadRequest TokenRequest => LoadRequest.Token(LoadRequest.TokenPath, data);

    public static async Task RunAsync(
        Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var app = await published.AppAsync(Flavour.ReadyToRun, cancellation);
        using var data = await DevelopmentData.CreateAsync(app, cancellation);
        var mode = new MemoryMode(app, data, settings, report);
        await mode.AllocateAsync(cancellation);
        await mode.GrowAsync(cancellation);
    }

    private async Task AllocateAsync(CancellationToken cancellation)
    {
        var file = Path.Combine(data.Documents, "allocated");
        await using var server = await Server.StartAppAsync(
            app,
            data,
            Child.AppCore,
            cancellation,
            ("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location),
            (StartupHook.FileVariable, file));
        var series = new Series("bytes allocated for a token request", async token =>
        {
            var before = await ReadAllocatedAsync(server, file, token);
            var load = await Wrk.SendAsync(server, settings.Seconds, token, TokenRequest);

            return new((await ReadAllocatedAsync(server, file, token) - before) / load.Count);
        });
        await Series.RunAsync(settings.Rounds, [series], cancellation);
        report.Add(new(series.Name, series.Samples, "8 KB", series.Samples.Constant(MostAllocatedBytes), Target.AtMost(1.00)));
    }

    /// <summary>Sends a mix of requests: one token request for each nine requests to documents and protected routes.</summary>
    private async Task GrowAsync(CancellationToken cancellation)
    {
        await using var server = await Server.StartAppAsync(app, data, Child.AppCore, cancellation);
        var token = await AccessToken.FetchAsync(server, TokenRequest, cancellation);
        var discovery = LoadRequest.Get("/.well-known/openid-configuration");
        var keySet = LoadRequest.Get("/.well-known/jwks.json");
        var guarded = LoadRequest.Get("/user/me", token);
        LoadRequest[] mix = [TokenRequest, discovery, keySet, guarded, discovery, keySet, guarded, discovery, keySet, guarded];
        var sent = 0L;
        var few = await GrowToAsync(Few);
        var many = await GrowToAsync(Many);
        report.Add(new("resident MB after a million requests", many, "after a hundred thousand", few, Target.AtMost(1.05)));

        async Task<Samples> GrowToAsync(int count)
        {
            while (sent < count)
            {
                sent += (await Wrk.SendAsync(server, settings.Seconds, cancellation, mix)).Count;
            }

            var resident = await ReadResidentAsync(server.ProcessId, cancellation);
            await Console.Error.WriteLineAsync($"{sent:N0} requests: {resident:N1} MB");

            return new([new(resident)]);
        }
    }

    private static async Task<double> ReadAllocatedAsync(Server server, string file, CancellationToken cancellation)
    {
        File.Delete(file);
        await Child.RunAsync(Child.LoadCore, new("kill", $"-{StartupHook.Signal}", $"{server.ProcessId}"), cancellation);

        while (!File.Exists(file))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
        }

        return double.Parse(await File.ReadAllTextAsync(file, cancellation), CultureInfo.InvariantCulture);
    }

    /// <summary>The resident memory in MB.</summary>
    public static async Task<double> ReadResidentAsync(int processId, CancellationToken cancellation)
    {
        var status = await File.ReadAllTextAsync($"/proc/{processId}/status", cancellation);

        return double.Parse(ResidentKilobytes().Match(status).Groups[1].Value, CultureInfo.InvariantCulture) / 1024;
    }

    [GeneratedRegex(@"^VmRSS:\s+(\d+) kB", RegexOptions.Multiline)]
    private static partial Regex ResidentKilobytes();
}
