namespace Api.Benchmarks;

/// <summary>A measurement, the reference that it is compared with, and the target.</summary>
internal sealed record Comparison(string What, Samples Measured, string Reference, Samples Compared, Target? Target = null)
{
    /// <summary>The ratio in each round, in which a slow machine affects both.</summary>
    public Samples Ratio => Measured.With(Compared, (measured, compared) => measured / compared);
}

/// <summary>The target of a ratio.</summary>
internal sealed record Target(double Limit, bool IsUpperLimit)
{
    public static Target AtLeast(double limit) => new(limit, IsUpperLimit: false);

    public static Target AtMost(double limit) => new(limit, IsUpperLimit: true);

    public bool IsMetBy(double ratio) => IsUpperLimit ? ratio <= Limit : ratio >= Limit;

    public override string ToString() => $"{(IsUpperLimit ? "≤" : "≥")} {Limit:0.00}";
}
