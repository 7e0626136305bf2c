using System.Collections.Concurrent;
using System.Text;

namespace Api.Tests.Soak;

/// <summary>The results: requests by kind and outcome with their durations, events, and the memory of a process.</summary>
internal sealed class Figures
{
    private readonly ConcurrentQueue<(string Kind, string Outcome, double Milliseconds)> _requests = [];
    private readonly ConcurrentDictionary<string, int> _events = [];
    private readonly List<long> _resident = [];

    public int Requests => _requests.Count;

    public void Took(string kind, string outcome, TimeSpan time) => _requests.Enqueue((kind, outcome, time.TotalMilliseconds));

    public void Happened(string what) => _events.AddOrUpdate(what, 1, (_, count) => count + 1);

    public int CountOf(string kind, string outcome) => _requests.Count(request => request.Kind == kind && request.Outcome == outcome);

    public void Resident(long bytes) => _resident.Add(bytes);

    /// <summary>The median of the resident memory in each quarter of the run.</summary>
    public double[] ResidentByQuarter() =>
    [
        .. _resident
            .Chunk(Math.Max((_resident.Count + 3) / 4, 1))
            .Select(quarter => Percentile([.. quarter.Select(bytes => (double)bytes)], 50)),
    ];

    public string Table()
    {
        var text = new StringBuilder().AppendLine("kind             requests     p50 ms     p99 ms  outcomes");

        foreach (var kind in _requests.GroupBy(request => request.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal))
        {
            double[] times = [.. kind.Select(request => request.Milliseconds)];
            var outcomes = kind.GroupBy(request => request.Outcome, (outcome, requests) => $"{outcome}: {requests.Count()}");
            text.Append($"{kind.Key,-16} {times.Length,8} {Percentile(times, 50),10:F1} {Percentile(times, 99),10:F1}  ")
                .AppendJoin(", ", outcomes.Order(StringComparer.Ordinal))
                .AppendLine();
        }

        text.AppendJoin(", ", _events.Select(one => $"{one.Key}: {one.Value}").Order(StringComparer.Ordinal)).AppendLine();
        text.Append("resident MiB by quarter: ").AppendJoin(", ", ResidentByQuarter().Select(bytes => $"{bytes / 1024 / 1024:F1}"));

        return text.ToString();
    }

    private static double Percentile(double[] values, int percent)
    {
        Array.Sort(values);

        return values[(values.Length - 1) * percent / 100];
    }
}
