using Api.Benchmarks.References;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>Requests per second to a protected route, compared with a bare server and a signature check together.</summary>
internal static class GuardMode
{
    public static async Task RunAsync(Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var appProgram = await published.AppAsync(Flavour.ReadyToRun, cancellation);
        var bareProgram = await published.BareAsync(Flavour.ReadyToRun, cancellation);
        using var data = await DevelopmentData.CreateAsync(appProgram, cancellation);
        await using var appServer = await Server.StartAppAsync(appProgram, data, Child.AppCore, cancellation);
        await using var bareServer = await Server.StartBareAsync(bareProgram, data, cancellation);
        var token = await AccessToken.FetchAsync(appServer, LoadRequest.Token(LoadRequest.TokenPath, data), cancellation);

        var app = Wrk.Series("app, /user/me", appServer, settings.Seconds, LoadRequest.Get("/user/me", token));
        var bare = Wrk.Series("bare server, /empty", bareServer, settings.Seconds, LoadRequest.Get("/empty", token));
        var rsa = RsaLoop.Series(RsaLoop.Verify, settings.Seconds);
        await Series.RunAsync(settings.Rounds, [app, bare, rsa], cancellation, Series.WarmUpsOfServer);

        var both = bare.Samples.With(rsa.Samples, (requests, verifications) => 1 / ((1 / requests) + (1 / verifications)));
        report.Add(new("guarded requests/s", app.Samples, "bare server and RSA-2048 verification", both, Target.AtLeast(0.70)));
    }
}
