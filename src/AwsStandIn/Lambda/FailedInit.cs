using Amazon.Lambda.RuntimeSupport;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>Tells Lambda of a program that ends, in whichever way, before it has asked for its first event.</summary>
internal static class FailedInit
{
    public static void ReportThrough(RuntimeClient runtime)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, failure) =>
            Report(runtime, RuntimeError.Of((Exception)failure.ExceptionObject));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Report(
            runtime, new("ExitError", $"The program ended with exit code {Environment.ExitCode} before it served; its log says why."));
    }

    private static void Report(RuntimeClient runtime, RuntimeError reason)
    {
        try
        {
            runtime.FailInit(reason);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Lambda notices an end without a report as well, only later.
        }
    }
}
