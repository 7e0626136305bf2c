namespace Api.Benchmarks;

/// <summary>One measurement that is repeated, in turn with those that it is compared with.</summary>
internal sealed class Series(string name, Func<CancellationToken, Task<Measurement>> measureAsync)
{
    private readonly List<Measurement> _measurements = [];

    public string Name { get; } = name;

    public Samples Samples => new(_measurements);

    /// <summary>
    /// How many rounds a server warms up: under load on one core, it takes the compiler this long until all that runs often is compiled
    /// for good.
    /// </summary>
    public const int WarmUpsOfServer = 5;

    /// <summary>Measures all of them once each round. What the first rounds find is left out: they warm up.</summary>
    public static async Task RunAsync(
        int rounds, IReadOnlyCollection<Series> all, CancellationToken cancellation, int warmUps = 1)
    {
        for (var round = 1 - warmUps; round <= rounds; round++)
        {
            foreach (var series in all)
            {
                var measurement = await series.MeasureAsync(cancellation);
                var which = round <= 0 ? "warm-up" : $"{round}/{rounds}";
                await Console.Error.WriteLineAsync($"{which}: {series.Name}: {measurement.ByClock:N1}");

                if (round > 0)
                {
                    series._measurements.Add(measurement);
                }
            }
        }
    }

    private Task<Measurement> MeasureAsync(CancellationToken cancellation) => measureAsync(cancellation);
}
