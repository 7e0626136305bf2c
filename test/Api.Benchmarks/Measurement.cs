namespace Api.Benchmarks;

/// <summary>
/// A value by the clock and by processor time. They differ if other programs run on the same core. Only the clock includes the time that
/// the process waited.
/// </summary>
internal sealed record Measurement(double ByClock, double? ByProcessor = null)
{
    public static Measurement Rate(double count, TimeSpan elapsed, TimeSpan? processorTime) =>
        new(count / elapsed.TotalSeconds, count / processorTime?.TotalSeconds);

    /// <summary>Combines two measurements. The result has no processor time if one of them has none.</summary>
    public Measurement With(Measurement other, Func<double, double, double> combine) => new(
        combine(ByClock, other.ByClock),
        ByProcessor is { } mine && other.ByProcessor is { } others ? combine(mine, others) : null);

    public Measurement Times(double factor) => new(ByClock * factor, ByProcessor * factor);
}
