namespace Api.Benchmarks;

/// <summary>The measurements of all rounds.</summary>
internal sealed record Samples(IReadOnlyList<Measurement> Rounds)
{
    public double Median => MedianOf(Rounds.Select(round => round.ByClock));

    public double? MedianByProcessor =>
        Rounds.All(round => round.ByProcessor is not null) ? MedianOf(Rounds.Select(round => round.ByProcessor!.Value)) : null;

    /// <summary>The interquartile range relative to the median: half of the rounds differ by less. One disturbed round hardly changes it.</summary>
    public double Spread => SpreadOf([.. Rounds.Select(round => round.ByClock)]);

    /// <summary>The same of processor times; null if a round has none.</summary>
    public double? SpreadByProcessor =>
        MedianByProcessor is null ? null : SpreadOf([.. Rounds.Select(round => round.ByProcessor!.Value)]);

    /// <summary>Combines the measurements of each round.</summary>
    public Samples With(Samples other, Func<double, double, double> combine) =>
        new([.. Rounds.Zip(other.Rounds, (mine, others) => mine.With(others, combine))]);

    /// <summary>The same value in each round.</summary>
    public Samples Constant(double value) => new([.. Rounds.Select(_ => new Measurement(value))]);

    private static double SpreadOf(double[] values)
    {
        var sorted = values.Order().ToArray();
        // Of the halves below and above the median, which belongs to neither.
        var half = sorted.Length / 2;

        return half is 0 ? 0 : (MedianOf(sorted[^half..]) - MedianOf(sorted[..half])) / MedianOf(sorted);
    }

    private static double MedianOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;

        return sorted.Length % 2 is 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
