using System.Globalization;
using System.Net;
using System.Text;

namespace Api.Benchmarks;

/// <summary>A bar chart as SVG, for light and dark backgrounds.</summary>
internal static class Chart
{
    private const int Width = 760;
    private const int LabelWidth = 290;
    private const int ValueWidth = 90;
    private const int LineHeight = 26;
    private const int Top = 44;

    public static string Bars(string title, string unit, IReadOnlyList<Bar> bars)
    {
        var height = Top + (bars.Count * LineHeight) + 10;
        var largest = bars.Max(bar => bar.Value);
        var svg = new StringBuilder(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" role="img" aria-label="{Text(title)}">
            <style>text {"{"} font: 13px sans-serif; fill: #767676 {"}"} .title {"{"} font-weight: bold {"}"} .app {"{"} fill: #2a7de1 {"}"} .other {"{"} fill: #9a9a9a {"}"}</style>
            <text class="title" x="0" y="18">{Text(title)}</text>

            """));

        foreach (var (index, bar) in bars.Index())
        {
            var y = Top + (index * LineHeight);
            var length = Math.Max(1, bar.Value / largest * (Width - LabelWidth - ValueWidth));
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"""
                <text x="{LabelWidth - 10}" y="{y + 13}" text-anchor="end">{Text(bar.Label)}</text>
                <rect class="{(bar.IsApp ? "app" : "other")}" x="{LabelWidth}" y="{y}" width="{length:0.0}" height="18"/>
                <text x="{LabelWidth + length + 6:0.0}" y="{y + 13}">{bar.Value:N0} {Text(unit)}</text>
                """);
        }

        return svg.AppendLine("</svg>").ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}

/// <summary>A bar of a chart, which is that of the app or of another program.</summary>
internal sealed record Bar(string Label, double Value, bool IsApp);
