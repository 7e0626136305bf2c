namespace Api.Benchmarks;

/// <summary>A measurement that is repeated in each round.</summary>
internal sealed class Series(string name, Func<CancellationToken, Task<Measurement>> measureAsync)
{
    private readonly List<Measurement> _measurements = [];

    public string Name { get; } = name;

    public Samples Samples => new(_measurements);

    /// <summary>
    /// The number of rounds in which a server warms up. Under load on one core, the runtime needs this long to compile all code that runs
    /// often.
    /// </summary>
    public const int WarmUpsOfServer = 5;

    /// <summary>Measures every series once per round. The first rounds warm up and are not counted.</summary>
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
