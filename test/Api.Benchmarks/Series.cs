namespace Api.Benchmarks;

/// <summary>One measurement that is repeated, in turn with those that it is compared with.</summary>
internal sealed class Series(string name, Func<CancellationToken, Task<Measurement>> measureAsync)
{
    private readonly List<Measurement> _measurements = [];

    public string Name { get; } = name;

    public Samples Samples => new(_measurements);

    /// <summary>Measures all of them once each round. What the first round finds is left out: it warms up.</summary>
    public static async Task RunAsync(int rounds, IReadOnlyCollection<Series> all, CancellationToken cancellation)
    {
        for (var round = 0; round <= rounds; round++)
        {
            foreach (var series in all)
            {
                var measurement = await series.MeasureAsync(cancellation);
                var which = round is 0 ? "warm-up" : $"{round}/{rounds}";
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
