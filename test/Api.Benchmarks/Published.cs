using System.Runtime.InteropServices;

namespace Api.Benchmarks;

/// <summary>The app and the bare server, each published once per flavour, when it is first needed.</summary>
internal sealed class Published
{
    private static readonly string Runtime =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? "linux-arm64" : "linux-x64";

    private readonly Dictionary<(string, Flavour), PublishedProgram> _programs = [];

    public Task<PublishedProgram> AppAsync(Flavour flavour, CancellationToken cancellation) =>
        GetAsync("src/Api", flavour, cancellation);

    public Task<PublishedProgram> BareAsync(Flavour flavour, CancellationToken cancellation) =>
        GetAsync("test/Api.Benchmarks/Bare", flavour, cancellation);

    private async Task<PublishedProgram> GetAsync(string project, Flavour flavour, CancellationToken cancellation)
    {
        if (!_programs.TryGetValue((project, flavour), out var program))
        {
            _programs[(project, flavour)] = program = await PublishAsync(project, flavour, cancellation);
        }

        return program;
    }

    private static async Task<PublishedProgram> PublishAsync(string project, Flavour flavour, CancellationToken cancellation)
    {
        var name = Path.GetFileName(project);
        var folder = Path.Combine(AppContext.BaseDirectory, "published", $"{name}-{flavour}");
        // Separate from the build of the tests.
        var artifacts = Path.Combine(AppContext.BaseDirectory, "publishing", $"{flavour}");
        string[] options = flavour switch
        {
            Flavour.Jit => [],
            Flavour.ReadyToRun => ["-r", Runtime],
            Flavour.Native => ["-r", Runtime, "-p:NativeAot=true"],
            _ => ["-r", Runtime, "-p:SelfContained=true", "-p:PublishReadyToRunComposite=true"],
        };
        string[] publish =
            ["publish", project, "-c", "Release", "-v", "quiet", "--nologo", "--artifacts-path", artifacts, "-o", folder];

        await Console.Error.WriteLineAsync($"publishing {project}, {flavour}");
        await Child.RunAsync(
            Child.BothCores,
            new("dotnet", [.. publish, .. options, "-p:AwsPackages=standin", "-p:RunAnalyzers=false", "-p:UseSharedCompilation=false"])
            {
                Folder = Repository.Path,
                // No build server stays, which would take processor time from the measurements.
                Environment = [("MSBUILDDISABLENODEREUSE", "1")],
            },
            cancellation);

        return new($"{name}, {flavour}", flavour is Flavour.Composite or Flavour.Native
            ? new(Path.Combine(folder, name)) { Folder = folder }
            : new("dotnet", $"{name}.dll") { Folder = folder });
    }
}

/// <summary>When a program is compiled.</summary>
internal enum Flavour
{
    /// <summary>At run time.</summary>
    Jit,

    /// <summary>At build time, as in a deployment.</summary>
    ReadyToRun,

    /// <summary>At build time, together with the runtime, which the package contains.</summary>
    Composite,

    /// <summary>At build time, to one executable that needs no runtime.</summary>
    Native,
}

/// <summary>A published program.</summary>
internal sealed record PublishedProgram(string Name, CommandLine Command)
{
    public CommandLine With(IReadOnlyList<(string Name, string Value)> environment, params IEnumerable<string> arguments) =>
        Command with { Arguments = [.. Command.Arguments, .. arguments], Environment = environment };
}
