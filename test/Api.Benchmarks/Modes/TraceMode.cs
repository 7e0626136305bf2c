using System.Globalization;
using System.Text;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>The time of each step of a cold start, in the app and in a bare server with the same compilation.</summary>
internal static class TraceMode
{
    private const string Discovery = "/.well-known/openid-configuration";

    public static async Task RunAsync(Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var app = await published.AppAsync(Flavour.ReadyToRun, cancellation);
        var bare = await published.BareAsync(Flavour.ReadyToRun, cancellation);
        using var data = await DevelopmentData.CreateAsync(app, cancellation);
        await using var runtime = await RuntimeApi.StartAsync();
        // No server listens there. The metadata does not need it.
        (string, string)[] onAws = [.. data.Settings, .. SecretsManager.SettingsAt("http://127.0.0.1:9"), SecretsManager.KeysInSecret];
        var file = Path.Combine(data.Documents, "trace");
        List<Steps> ofApp = [], ofBare = [];

        for (var round = 0; round <= settings.Rounds; round++)
        {
            await TraceAsync(app.With([.. onAws, .. Hook()]), ofApp);
            await TraceAsync(bare.With([.. data.BareSettings, .. Hook()]), ofBare);
        }

        report.Append(ToMarkdown(Steps.MedianOf(ofApp.Skip(1)), Steps.MedianOf(ofBare.Skip(1))));

        (string, string)[] Hook() =>
            [("DOTNET_STARTUP_HOOKS", typeof(StartupHook).Assembly.Location), (StartTrace.FileVariable, file)];

        async Task TraceAsync(CommandLine command, List<Steps> steps)
        {
            File.Delete(file);
            await ColdStart.OnLambdaAsync(runtime, command, Discovery, cancellation, async _ =>
            {
                while (!File.Exists(file))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
                }
            });
            steps.Add(Steps.Read(await File.ReadAllLinesAsync(file, cancellation)));
        }
    }

    private static string ToMarkdown(Steps app, Steps bare)
    {
        var text = new StringBuilder(
            """
            | step of a start on Lambda, ReadyToRun | app: ms | CPU ms | methods compiled, ms | assemblies | bare: ms | CPU ms | methods compiled, ms | assemblies |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |

            """);

        foreach (var (name, mine, others) in app.Each.Zip(bare.Each, (mine, others) => (mine.Name, mine, others)))
        {
            text.AppendLine($"| {name} | {mine} | {others} |");
        }

        return text.AppendLine($"| together | {app.Together} | {bare.Together} |").ToString();
    }

    /// <summary>The cost of each step of a start.</summary>
    private sealed record Steps(IReadOnlyList<Step> Each)
    {
        public Step Together => new("", [.. Enumerable.Range(0, Each[0].Figures.Count).Select(figure => Each.Sum(step => step.Figures[figure]))]);

        // Each line has the cost since the beginning of the start.
        public static Steps Read(string[] lines)
        {
            var soFar = lines.Select(line => line.Split(' ')[1..].Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray());
            var before = new double[lines[0].Split(' ').Length - 1];
            List<Step> steps = [];

            foreach (var (figures, (_, name)) in soFar.Zip(StartTrace.Steps))
            {
                steps.Add(new(name, [.. figures.Zip(before, (now, then) => now - then)]));
                before = figures;
            }

            return new(steps);
        }

        public static Steps MedianOf(IEnumerable<Steps> all) => new(
        [
            .. all.SelectMany(steps => steps.Each.Index()).GroupBy(step => step.Index, step => step.Item).Select(same => new Step(
                same.First().Name,
                [
                    .. Enumerable.Range(0, same.First().Figures.Count).Select(figure =>
                        new Samples([.. same.Select(step => new Measurement(step.Figures[figure]))]).Median),
                ])),
        ]);
    }

    /// <summary>Milliseconds, processor time, compiled methods, time of compilation, and loaded assemblies.</summary>
    private sealed record Step(string Name, IReadOnlyList<double> Figures)
    {
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Figures[0]:0} | {Figures[1]:0} | {Figures[2]:0}, {Figures[3]:0} | {Figures[4]:0}");
    }
}
