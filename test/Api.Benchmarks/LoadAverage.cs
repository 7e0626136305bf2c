using System.Globalization;

namespace Api.Benchmarks;

/// <summary>The load average of the last minute.</summary>
internal static class LoadAverage
{
    public static double Read() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);
}
