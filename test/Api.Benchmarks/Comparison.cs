namespace Api.Benchmarks;

/// <summary>What was measured, what it is compared with, and what is to come of it.</summary>
internal sealed record Comparison(string What, Samples Measured, string Reference, Samples Compared, Target? Target = null)
{
    /// <summary>Of each round by itself: what slows the whole machine down slows both.</summary>
    public Samples Ratio => Measured.With(Compared, (measured, compared) => measured / compared);
}

/// <summary>What a ratio should be.</summary>
internal sealed record Target(double Limit, bool IsUpperLimit)
{
    public static Target AtLeast(double limit) => new(limit, IsUpperLimit: false);

    public static Target AtMost(double limit) => new(limit, IsUpperLimit: true);

    public bool IsMetBy(double ratio) => IsUpperLimit ? ratio <= Limit : ratio >= Limit;

    public override string ToString() => $"{(IsUpperLimit ? "≤" : "≥")} {Limit:0.00}";
}
