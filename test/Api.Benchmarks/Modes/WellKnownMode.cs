using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>Requests per second for the public documents, compared with a server that sends the same bytes.</summary>
internal static class WellKnownMode
{
    public static async Task RunAsync(Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var appProgram = await published.AppAsync(Flavour.ReadyToRun, cancellation);
        var bareProgram = await published.BareAsync(Flavour.ReadyToRun, cancellation);
        using var data = await DevelopmentData.CreateAsync(appProgram, cancellation);
        await using var app = await Server.StartAppAsync(appProgram, data, Child.AppCore, cancellation);
        await using var bare = await Server.StartBareAsync(bareProgram, data, cancellation);

        foreach (var (what, name) in new[] { ("discovery", "openid-configuration"), ("key set", "jwks.json") })
        {
            var request = LoadRequest.Get($"/.well-known/{name}");
            var measured = Wrk.Series($"app, {what}", app, settings.Seconds, request);
            var compared = Wrk.Series($"bare server, {what}", bare, settings.Seconds, request);
            await Series.RunAsync(settings.Rounds, [measured, compared], cancellation, Series.WarmUpsOfServer);
            report.Add(new(
                $"{what} requests/s", measured.Samples, "bare server, same bytes", compared.Samples, Target.AtLeast(0.85)));
        }
    }
}
