using Api.Benchmarks;
using Api.Benchmarks.Modes;
using Api.Benchmarks.References;

// Another process of this program is one of the references.
if (args is [RsaLoop.Command, var operation, var length])
{
    return RsaLoop.Run(operation, length);
}

if (Settings.Parse(args) is not { } settings)
{
    await Console.Error.WriteLineAsync(Settings.Usage);

    return 2;
}

(string Name, Func<Published, Settings, Report, CancellationToken, Task> RunAsync)[] modes =
[
    ("start", StartMode.RunAsync),
    ("token", TokenMode.RunAsync),
    ("signin", SignInMode.RunAsync),
    ("wellknown", WellKnownMode.RunAsync),
    ("guard", GuardMode.RunAsync),
    ("memory", MemoryMode.RunAsync),
];
var report = new Report();
var published = new Published();
using var stop = new Interruption();

try
{
    Child.ThrowIfMissing("taskset", "util-linux");
    Child.ThrowIfMissing("openssl", "openssl");
    Child.ThrowIfMissing("wrk", "wrk");

    foreach (var (_, runAsync) in modes.Where(mode => settings.Includes(mode.Name)))
    {
        await runAsync(published, settings, report, stop.Token);
    }
}
// Ctrl+C also ends the other processes, and their end may be noticed first.
catch (Exception exception)
    when (exception is OperationCanceledException or BenchmarkException && stop.Token.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted.");

    return 130;
}
catch (BenchmarkException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);

    return 1;
}

await Console.Out.WriteLineAsync(report.ToMarkdown());

if (settings.Charts is { } charts)
{
    await report.DrawAsync(charts);
}

return 0;
