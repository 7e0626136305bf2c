using System.Globalization;
using System.Runtime.InteropServices;
using Api.Benchmarks;

/// <summary>
/// Runs in the app's process (DOTNET_STARTUP_HOOKS names this assembly): traces its start, or, whenever asked by a signal, writes how
/// many bytes the process has allocated so far.
/// </summary>
internal static class StartupHook
{
    public const string FileVariable = "ALLOCATED_BYTES_FILE";

    // Harmless to a process that does not wait for it.
    public const string Signal = "WINCH";

    /// <summary>What the runtime calls ahead of the program, by this name.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(StartTrace.FileVariable) is { } file)
        {
            new StartTrace(file).Begin();
        }
        else
        {
            // The handle keeps the registration for as long as the process lives.
            GCHandle.Alloc(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Write()));
        }
    }

    private static void Write()
    {
        var file = Environment.GetEnvironmentVariable(FileVariable)!;
        var temporary = $"{file}.new";
        File.WriteAllText(temporary, GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
        File.Move(temporary, file, overwrite: true);
    }
}
