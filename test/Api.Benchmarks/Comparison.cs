namespace Api.Benchmarks;

/// <summary>A measurement, the reference that it is compared with, and the target.</summary>
internal sealed record Comparison(string What, Samples Measured, string Reference, Samples Compared, Target? Target = null)
{
    // A wider spread hides the differences that the targets are about.
    private const double LargestSpread = 0.10;

    /// <summary>The ratio in each round, in which a slow machine affects both.</summary>
    public Samples Ratio => Measured.With(Compared, (measured, compared) => measured / compared);

    /// <summary>The ratio by processor time where it was measured: it excludes the time that other programs took.</summary>
    public double Verdict => Ratio.MedianByProcessor ?? Ratio.Median;

    /// <summary>Whether the ratios of the rounds agree.</summary>
    public bool IsReliable => (Ratio.SpreadByProcessor ?? Ratio.Spread) <= LargestSpread;
}

/// <summary>The target of a ratio.</summary>
internal sealed record Target(double Limit, bool IsUpperLimit)
{
    public static Target AtLeast(double limit) => new(limit, IsUpperLimit: false);

    public static Target AtMost(double limit) => new(limit, IsUpperLimit: true);

    public bool IsMetBy(double ratio) => IsUpperLimit ? ratio <= Limit : ratio >= Limit;

    public override string ToString() => $"{(IsUpperLimit ? "≤" : "≥")} {Limit:0.00}";
}
