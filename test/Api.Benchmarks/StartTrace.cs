using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Api.Benchmarks;

/// <summary>
/// Runs in the process of the app. It notes the cost at the end of each step of a start, with the diagnostic events of the host and the web
/// server, and writes the costs after the first response.
/// </summary>
internal sealed class StartTrace(string file) : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    public const string FileVariable = "START_TRACE_FILE";

    /// <summary>The steps in order, each with the event that ends it.</summary>
    public static readonly IReadOnlyList<(string Event, string Step)> Steps =
    [
        ("Main", "the runtime, up to Main"),
        ("HostBuilding", "settings, logging, services are registered"),
        ("HostBuilt", "the host is built"),
        ("Microsoft.AspNetCore.Hosting.HttpRequestIn.Start", "routes are mapped, the server starts"),
        ("Microsoft.AspNetCore.Hosting.HttpRequestIn.Stop", "the first request is answered"),
    ];

    private readonly List<string> _lines = [];

    public void Begin()
    {
        using var process = Process.GetCurrentProcess();
        Note(Steps[0].Event, (DateTime.Now - process.StartTime).TotalMilliseconds);
        DiagnosticListener.AllListeners.Subscribe(this);
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name is "Microsoft.Extensions.Hosting" or "Microsoft.AspNetCore")
        {
            value.Subscribe(this, name => Steps.Any(step => step.Event == name));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        // Only the first request counts.
        if (_lines.Count == Steps.Count || value.Key != Steps[_lines.Count].Event)
        {
            return;
        }

        Note(value.Key, Stopwatch.GetElapsedTime(_began).TotalMilliseconds + _beforeMain);

        if (_lines.Count == Steps.Count)
        {
            File.WriteAllLines($"{file}.new", _lines);
            File.Move($"{file}.new", file, overwrite: true);
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private readonly long _began = Stopwatch.GetTimestamp();
    private double _beforeMain;

    private void Note(string name, double milliseconds)
    {
        if (_lines.Count is 0)
        {
            _beforeMain = milliseconds;
        }

        _lines.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{name} {milliseconds} {Environment.CpuUsage.TotalTime.TotalMilliseconds} {JitInfo.GetCompiledMethodCount()} "
            + $"{JitInfo.GetCompilationTime().TotalMilliseconds} {AppDomain.CurrentDomain.GetAssemblies().Length}"));
    }
}
