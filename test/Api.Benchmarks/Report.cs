using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Api.Benchmarks;

/// <summary>The results, as Markdown.</summary>
internal sealed class Report(double loadAverageAtStart)
{
    private const double LargestLoadAverage = 0.5;
    private const double LargestSpread = 0.15;

    private readonly List<Comparison> _comparisons = [];
    private readonly List<string> _notes = [];
    private readonly StringBuilder _tables = new();

    public void Add(Comparison comparison) => _comparisons.Add(comparison);

    public void Note(string note) => _notes.Add(note);

    /// <summary>Adds a table, as Markdown.</summary>
    public void Append(string table) => _tables.AppendLine(table);

    public string ToMarkdown() => _tables.Append(_comparisons is [] ? "" : Comparisons()).ToString();

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
            | what | median (spread) | compared with | median (spread) | ratio | target | met | by processor time |
            | --- | ---: | --- | ---: | ---: | ---: | --- | ---: |

            """);
        _comparisons.ForEach(comparison => text.AppendLine(Line(comparison)));

        text.AppendLine();
        text.AppendLine("Spread: the difference between the highest and the lowest value, relative to the median. Ratio: the median of");
        text.AppendLine("the ratios of all rounds. By processor time: without the time that other programs took and the process waited.");
        _notes.ForEach(note => text.AppendLine(note));
        text.AppendLine(Machine());
        text.Append(Trust());

        return text.ToString();
    }

    private static string Line(Comparison comparison)
    {
        var ratio = comparison.Ratio;
        var met = comparison.Target is not { } target ? "" : target.IsMetBy(ratio.Median) ? "yes" : "no";

        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {comparison.What} | {Show(comparison.Measured)} | {comparison.Reference} | {Show(comparison.Compared)} "
            + $"| {ratio.Median:0.00} | {comparison.Target} | {met} | {ratio.MedianByProcessor:0.00} |");
    }

    private static string Show(Samples samples) =>
        samples.Median >= 1000 ? $"{samples.Median:N0} ({samples.Spread:P0})" : $"{samples.Median:N1} ({samples.Spread:P0})";

    private static string Machine()
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));

        return $"Machine: {model?.Split(':')[1].Trim() ?? "unknown"}, {Environment.ProcessorCount} cores, "
            + $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}.";
    }

    private string Trust()
    {
        var spread = _comparisons.Max(comparison => comparison.Compared.Spread);
        var figures = $"load average at the start {loadAverageAtStart:0.00}, largest spread of a reference {spread:P0}";

        return loadAverageAtStart > LargestLoadAverage || spread > LargestSpread
            ? $"**The machine was too busy to trust these figures**: {figures}."
            : $"The machine was quiet: {figures}.";
    }
}
