using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Api.Benchmarks;

/// <summary>The results, as Markdown.</summary>
internal sealed class Report
{
    private readonly List<Comparison> _comparisons = [];
    private readonly List<string> _notes = [];

    public void Add(Comparison comparison) => _comparisons.Add(comparison);

    public void Note(string note) => _notes.Add(note);

    public string ToMarkdown() => _comparisons is [] ? "" : Comparisons();

    /// <summary>Draws the charts of starts and tokens that were measured, as files in a folder.</summary>
    public async Task DrawAsync(string folder)
    {
        const string Start = "ms to discovery on Lambda, ";
        const string Token = "tokens/s, one core";
        var starts = _comparisons.Where(IsStart).SelectMany(
            comparison => new Bar[]
            {
                new($"the API, {comparison.What[Start.Length..]}", comparison.Measured.Median, IsApp: true),
                new($"{comparison.Reference}, {comparison.What[Start.Length..]}", comparison.Compared.Median, IsApp: false),
            });
        await DrawAsync("performance-start.svg", "From the start of the process to its first answer", "ms", [.. starts]);

        var tokens = _comparisons.Where(comparison => comparison.What is Token).ToArray();
        await DrawAsync(
            "performance-token.svg",
            "Tokens or signatures a second, one core",
            "/s",
            [
                .. tokens.Take(1).Select(comparison => new Bar("the API", comparison.Measured.Median, IsApp: true)),
                .. tokens.Select(comparison => new Bar(comparison.Reference, comparison.Compared.Median, IsApp: false)),
            ]);

        static bool IsStart(Comparison comparison) =>
            comparison.What.StartsWith(Start, StringComparison.Ordinal) && comparison.Reference is "bare server";

        async Task DrawAsync(string name, string title, string unit, IReadOnlyList<Bar> bars)
        {
            if (bars is not [])
            {
                await File.WriteAllTextAsync(Path.Combine(folder, name), Chart.Bars(title, unit, bars));
            }
        }
    }

    private string Comparisons()
    {
        var text = new StringBuilder(
            """
            | measurement | median | reference | median | ratio (spread) | by processor time (spread) | target | met |
            | --- | ---: | --- | ---: | ---: | ---: | ---: | --- |

            """);
        _comparisons.ForEach(comparison => text.AppendLine(Line(comparison)));

        text.AppendLine();
        _notes.ForEach(note => text.AppendLine(note));
        text.AppendLine(Machine());
        text.Append(Reliability());

        return text.ToString();
    }

    private static string Line(Comparison comparison)
    {
        var ratio = comparison.Ratio;
        var byProcessor = ratio.MedianByProcessor is { } median ? Show(median, ratio.SpreadByProcessor!.Value) : "";
        var met = comparison.Target is not { } target ? "" : target.IsMetBy(comparison.Verdict) ? "yes" : "no";

        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {comparison.What} | {Show(comparison.Measured)} | {comparison.Reference} | {Show(comparison.Compared)} "
            + $"| {Show(ratio.Median, ratio.Spread)} | {byProcessor} | {comparison.Target} | {met} |");
    }

    private static string Show(Samples samples) => samples.Median >= 1000 ? $"{samples.Median:N0}" : $"{samples.Median:N1}";

    private static string Show(double ratio, double spread) => $"{ratio:0.00} ({spread:P0})";

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));

        return $"Machine: {model?.Split(':')[1].Trim() ?? "unknown"}, {Environment.ProcessorCount} cores, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.";
    }

    private string Reliability()
    {
        var unreliable = _comparisons.Where(comparison => !comparison.IsReliable)
            .Select(comparison => $"{comparison.What} / {comparison.Reference}").ToArray();

        return unreliable is []
            ? "All ratios are reliable: the spread of each is at most 10 %."
            : $"These ratios are not reliable, because their spread is more than 10 %: {string.Join("; ", unreliable)}.";
    }
}
