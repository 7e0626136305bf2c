using Api.Benchmarks.References;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>Tokens per second, compared with signatures alone and with other token issuers.</summary>
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

        var onLambda = await OnLambdaAsync(appProgram, data, settings, cancellation);
        report.Add(new(
            "CPU ms of a token on Lambda", onLambda, "RSA-2048 in .NET, sign", onLambda.With(references[0].Series.Samples, (_, rate) => 1000 / rate)));
        report.Add(new("tokens/s, two cores, shared with the load", wide.Samples, "one core", app.Samples, Target.AtLeast(1.80)));

        async Task<Series> TokensAsync(string name, Server server, string path)
        {
            var request = LoadRequest.Token(path, data);
            await AccessToken.FetchAsync(server, request, cancellation);

            return Wrk.Series(name, server, settings.Seconds, request);
        }
    }

    /// <summary>Token requests one at a time, as a Lambda instance gets them, through the hosting package.</summary>
    private static async Task<Samples> OnLambdaAsync(
        PublishedProgram app, DevelopmentData data, Settings settings, CancellationToken cancellation)
    {
        const int Round = 2_000;
        await using var runtime = await RuntimeApi.StartAsync();
        await Child.RunAsync(Child.LoadCore, new("taskset", "-acp", Child.LoadCore, $"{Environment.ProcessId}"), cancellation);
        var request = LoadRequest.Token(LoadRequest.TokenPath, data);
        List<TimeSpan> times = [];
        await using var function = Child.Start(Child.AppCore, app.With(data.Settings).On(runtime) with { KeepsOutput = false });

        for (var count = 1; count <= Round * (settings.Rounds + Series.WarmUpsOfServer); count++)
        {
            await request.InvokeAsync(runtime).WaitAsync(cancellation);

            if (count % Round is 0)
            {
                times.Add(function.ProcessorTime);
            }
        }

        return new([
            .. times.Zip(times.Skip(1), (before, after) => new Measurement((after - before).TotalMilliseconds / Round))
                .TakeLast(settings.Rounds),
        ]);
    }
}
