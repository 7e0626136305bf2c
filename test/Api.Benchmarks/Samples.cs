namespace Api.Benchmarks;

/// <summary>The measurements of all rounds.</summary>
internal sealed record Samples(IReadOnlyList<Measurement> Rounds)
{
    public double Median => MedianOf(Rounds.Select(round => round.ByClock));

    public double? MedianByProcessor =>
        Rounds.All(round => round.ByProcessor is not null) ? MedianOf(Rounds.Select(round => round.ByProcessor!.Value)) : null;

    /// <summary>The difference between the highest and the lowest value, relative to the median.</summary>
    public double Spread => SpreadOf([.. Rounds.Select(round => round.ByClock)]);

    /// <summary>The same of processor times; null if a round has none.</summary>
    public double? SpreadByProcessor =>
        MedianByProcessor is null ? null : SpreadOf([.. Rounds.Select(round => round.ByProcessor!.Value)]);

    /// <summary>Combines the measurements of each round.</summary>
    public Samples With(Samples other, Func<double, double, double> combine) =>
        new([.. Rounds.Zip(other.Rounds, (mine, others) => mine.With(others, combine))]);

    /// <summary>The same value in each round.</summary>
    public Samples Constant(double value) => new([.. Rounds.Select(_ => new Measurement(value))]);

    private static double SpreadOf(double[] values) => (values.Max() - values.Min()) / MedianOf(values);

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;

        return sorted.Length % 2 is 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
