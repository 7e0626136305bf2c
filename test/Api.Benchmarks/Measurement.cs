namespace Api.Benchmarks;

/// <summary>
/// One figure, by the clock and by the time that the process had a processor. The two differ where other programs run on the same
/// core; only the clock knows what the process waited for by itself.
/// </summary>
internal sealed record Measurement(double ByClock, double? ByProcessor = null)
{
    public static Measurement Rate(double count, TimeSpan elapsed, TimeSpan? processorTime) =>
        new(count / elapsed.TotalSeconds, count / processorTime?.TotalSeconds);

    /// <summary>A figure of both, where both have it.</summary>
    public Measurement With(Measurement other, Func<double, double, double> combine) => new(
        combine(ByClock, other.ByClock),
        ByProcessor is { } mine && other.ByProcessor is { } others ? combine(mine, others) : null);
}
