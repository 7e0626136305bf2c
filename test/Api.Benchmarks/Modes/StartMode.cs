using Api.Benchmarks.Servers;

namespace Api.Benchmarks.Modes;

/// <summary>The time to the first response, compared with a bare server with the same compilation.</summary>
internal sealed class StartMode(DevelopmentData data, RuntimeApi runtime, AwsEmulator? secrets)
{
    private const string Discovery = "/.well-known/openid-configuration";
    private const string KeySet = "/.well-known/jwks.json";

    // A start takes less than a second, and its time varies more than that of seconds of requests.
    private const int StartsInRound = 3;

    private static readonly Target InTime = Target.AtMost(1.25);

    // Without an emulator, no server listens there. The metadata does not need it.
    private (string, string)[] OnAws =>
        [.. data.Settings, .. SecretsManager.SettingsAt(secrets?.Address ?? "http://127.0.0.1:9")];

    private (string, string)[] AppOnAws => [.. OnAws, SecretsManager.KeysInSecret];

    public static async Task RunAsync(Published published, Settings settings, Report report, CancellationToken cancellation)
    {
        var flavours = await PublishAsync(published, report, cancellation);
        using var data = await DevelopmentData.CreateAsync(flavours[Flavour.ReadyToRun].App, cancellation);
        await using var runtime = await RuntimeApi.StartAsync();
        await using var secrets = await SecretsManager.StartAsync(data, cancellation);
        var mode = new StartMode(data, runtime, secrets);
        List<Pair> pairs = [.. flavours.SelectMany(flavour => mode.Discover(flavour.Key, flavour.Value))];

        if (secrets is not null)
        {
            pairs.Add(mode.FetchKeys(flavours[Flavour.ReadyToRun].App));
        }
        else
        {
            report.Note("Left out Secrets Manager: moto is not installed (python3 -m pip install -r test/requirements.txt).");
        }

        await LeaveAppCoreAsync(cancellation);
        await Series.RunAsync(settings.Rounds * StartsInRound, [.. pairs.SelectMany(pair => pair.Both)], cancellation);
        pairs.ForEach(pair => report.Add(pair.ToComparison()));

        if (flavours.TryGetValue(Flavour.Native, out var native))
        {
            await mode.CompareNativeAsync(native.App, flavours[Flavour.ReadyToRun].App, settings, report, cancellation);
        }
    }

    private async Task CompareNativeAsync(
        PublishedProgram native, PublishedProgram readyToRun, Settings settings, Report report, CancellationToken cancellation)
    {
        Series[] starts = [OnLambda(native, Discovery, AppOnAws), OnLambda(readyToRun, Discovery, AppOnAws)];
        Series[] memory = [Resident(native), Resident(readyToRun)];
        await Series.RunAsync(settings.Rounds * StartsInRound, [.. starts, .. memory], cancellation);
        report.Add(new(
            "ms to discovery on Lambda, Native", starts[0].Samples, "ReadyToRun", starts[1].Samples, Target.AtMost(0.20)));
        report.Add(new("resident MB after it, Native", memory[0].Samples, "45 MB", memory[0].Samples.Constant(45), Target.AtMost(1.00)));
        report.Add(new("resident MB after it, ReadyToRun", memory[1].Samples, "45 MB", memory[1].Samples.Constant(45)));
    }

    private Series Resident(PublishedProgram app) => new($"resident MB of {app.Name}", async cancellation =>
    {
        var resident = 0.0;
        await ColdStart.OnLambdaAsync(
            runtime, app.With(AppOnAws), Discovery, cancellation, async id => resident = await MemoryMode.ReadResidentAsync(id, cancellation));

        return new(resident);
    });

    private static async Task<Dictionary<Flavour, Programs>> PublishAsync(
        Published published, Report report, CancellationToken cancellation)
    {
        var flavours = new Dictionary<Flavour, Programs>();

        foreach (var flavour in Enum.GetValues<Flavour>())
        {
            try
            {
                flavours[flavour] = new(
                    await published.AppAsync(flavour, cancellation), await published.BareAsync(flavour, cancellation));
            }
            catch (BenchmarkException exception) when (flavour is Flavour.Composite or Flavour.Native)
            {
                // They need the runtime as a package, which some feeds lack. Native code also needs clang and zlib.
                report.Note($"Left out {flavour}, which cannot be published here: {exception.FirstError}");
            }
        }

        return flavours;
    }

    // This program plays Lambda, or is the first caller.
    private static async Task LeaveAppCoreAsync(CancellationToken cancellation) =>
        await Child.RunAsync(Child.LoadCore, new("taskset", "-acp", Child.LoadCore, $"{Environment.ProcessId}"), cancellation);

    private IEnumerable<Pair> Discover(Flavour flavour, Programs programs)
    {
        var target = flavour is Flavour.ReadyToRun ? InTime : null;

        yield return new(
            $"ms to discovery, {flavour}",
            OnKestrel(programs.App, data.Settings),
            "bare server",
            OnKestrel(programs.Bare, data.BareSettings),
            target);
        yield return new(
            $"ms to discovery on Lambda, {flavour}",
            OnLambda(programs.App, Discovery, AppOnAws),
            "bare server",
            OnLambda(programs.Bare, Discovery, data.BareSettings),
            target);
    }

    private Pair FetchKeys(PublishedProgram app) => new(
        "ms to key set on Lambda, keys in a secret",
        OnLambda(app, KeySet, AppOnAws),
        "keys in a file",
        OnLambda(app, KeySet, OnAws),
        Target.AtMost(1.50));

    private static Series OnKestrel(PublishedProgram program, (string, string)[] settings) => new(
        $"{program.Name} on Kestrel",
        cancellation => ColdStart.OnKestrelAsync(address => program.With(settings, "--urls", address), Discovery, cancellation));

    private Series OnLambda(PublishedProgram program, string path, (string, string)[] settings) => new(
        $"{program.Name} on Lambda, {path}",
        cancellation => ColdStart.OnLambdaAsync(runtime, program.With(settings), path, cancellation));

    private sealed record Programs(PublishedProgram App, PublishedProgram Bare);

    private sealed record Pair(string What, Series Measured, string Reference, Series Compared, Target? Target)
    {
        public Series[] Both => [Measured, Compared];

        public Comparison ToComparison() => new(What, Measured.Samples, Reference, Compared.Samples, Target);
    }
}
