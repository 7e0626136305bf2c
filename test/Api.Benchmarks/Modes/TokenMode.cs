using Api.Benchmarks.References;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>Tokens a second, beside the bare signature and beside others who issue tokens.</summary>
internal static class TokenMode
{
    public static async Task RunAsync(Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var appProgram = await published.AppAsync(Flavour.ReadyToRun, cancellation);
        var bareProgram = await published.BareAsync(Flavour.ReadyToRun, cancellation);
        using var data = await DevelopmentData.CreateAsync(appProgram, cancellation);
        await using var appServer = await Server.StartAppAsync(appProgram, data, Child.AppCore, cancellation);
        await using var wideServer = await Server.StartAppAsync(appProgram, data, Child.BothCores, cancellation);
        await using var bareServer = await Server.StartBareAsync(bareProgram, data, cancellation);
        await using var oidcProvider = await Peer.StartAsync("oidc-provider", data, cancellation);
        await using var jsonWebToken = await Peer.StartAsync("jsonwebtoken", data, cancellation);

        var app = await TokensAsync("app", appServer, LoadRequest.TokenPath);
        var wide = await TokensAsync("app on two cores", wideServer, LoadRequest.TokenPath);
        List<(Series Series, Target? Target)> references =
        [
            (RsaLoop.Series(RsaLoop.Sign, settings.Seconds), Target.AtLeast(0.90)),
            (OpenSslSpeed.Series(settings.Seconds), null),
            (await TokensAsync("bare server that only signs", bareServer, "/sign"), Target.AtLeast(1.00)),
        ];

        if (oidcProvider is not null && jsonWebToken is not null)
        {
            references.Add((await TokensAsync("oidc-provider", oidcProvider, "/token"), Target.AtLeast(1.70)));
            references.Add((await TokensAsync("bare server around jsonwebtoken", jsonWebToken, "/token"), Target.AtLeast(1.00)));
        }
        else
        {
            report.Note($"Left out oidc-provider and jsonwebtoken: {Peer.Missing}.");
        }

        await Series.RunAsync(settings.Rounds, [app, .. references.Select(reference => reference.Series), wide], cancellation, Series.WarmUpsOfServer);

        foreach (var (series, target) in references)
        {
            report.Add(new("tokens/s, one core", app.Samples, series.Name, series.Samples, target));
        }

        report.Add(new("tokens/s, two cores, shared with the load", wide.Samples, "one core", app.Samples, Target.AtLeast(1.80)));

        async Task<Series> TokensAsync(string name, Server server, string path)
        {
            var request = LoadRequest.Token(path, data);
            await AccessToken.FetchAsync(server, request, cancellation);

            return Wrk.Series(name, server, settings.Seconds, request);
        }
    }
}
