using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>
/// Runs in the process of the app (DOTNET_STARTUP_HOOKS names this assembly) and writes the number of allocated bytes when it gets a
/// signal.
/// </summary>
internal static class StartupHook
{
    public const string FileVariable = "ALLOCATED_BYTES_FILE";

    // A process without a handler ignores it.
    public const string Signal = "WINCH";

    /// <summary>The runtime calls the method of this name before Main.</summary>
    public static void Initialize() =>
        // The handle keeps the registration until the process ends.
        GCHandle.Alloc(PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Write()));

    private static void Write()
    {
        var file = Environment.GetEnvironmentVariable(FileVariable)!;
        var temporary = $"{file}.new";
        File.WriteAllText(temporary, GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
        File.Move(temporary, file, overwrite: true);
    }
}
