namespace Api.Benchmarks;

/// <summary>What was measured, once each round.</summary>
internal sealed record Samples(IReadOnlyList<Measurement> Rounds)
{
    public double Median => MedianOf(Rounds.Select(round => round.ByClock));

    public double? MedianByProcessor =>
        Rounds.All(round => round.ByProcessor is not null) ? MedianOf(Rounds.Select(round => round.ByProcessor!.Value)) : null;

    /// <summary>From the lowest to the highest, as a part of the median.</summary>
    public double Spread => (Rounds.Max(round => round.ByClock) - Rounds.Min(round => round.ByClock)) / Median;

    /// <summary>Two measurements of each round made into one.</summary>
    public Samples With(Samples other, Func<double, double, double> combine) =>
        new([.. Rounds.Zip(other.Rounds, (mine, others) => mine.With(others, combine))]);

    /// <summary>The same figure in each round.</summary>
    public Samples Constant(double value) => new([.. Rounds.Select(_ => new Measurement(value))]);

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;

        return sorted.Length % 2 is 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
