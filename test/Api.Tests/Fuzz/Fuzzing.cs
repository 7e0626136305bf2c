using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Api.Tests.Fuzz;

/// <summary>
/// Tries many inputs: so many of fixed seeds and of one that is another each time; with FUZZ_SECONDS=300 in the environment, of random
/// seeds for so long. FUZZ_SEED=1 tries that seed alone.
/// </summary>
internal static class Fuzzing
{
    // Only so that a test that hangs ends.
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(10);

    private static readonly int? Seconds = Number("FUZZ_SECONDS");
    private static readonly int? Seed = Number("FUZZ_SEED");

    /// <summary>Tries inputs; what is wrong with the answer to one is an exception of <paramref name="tryAsync"/>.</summary>
    /// <param name="output">Where the seeds and the outcomes are told.</param>
    /// <param name="count">How many inputs of each seed.</param>
    /// <param name="words">What the mutations put in beside what they always do.</param>
    /// <param name="make">Makes an input.</param>
    /// <param name="tryAsync">Tries it and names the outcome.</param>
    public static async Task RunAsync<T>(
        ITestOutputHelper output, int count, string[] words, Func<Mutator, T> make, Func<T, Task<string>> tryAsync)
        where T : notnull
    {
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var running = Stopwatch.StartNew();

        foreach (var seed in Seeds(running))
        {
            output.WriteLine($"Seed {seed}");
            var mutator = new Mutator(seed, words);

            for (var number = 0; number < count; number++)
            {
                var input = make(mutator);

                try
                {
                    // Off this thread, which goes on where a parser never returns.
                    var outcome = await Task.Run(() => tryAsync(input)).WaitAsync(LoadTimeout);
                    outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                }
                catch (Exception exception)
                {
                    throw new XunitException($"Input {number} of seed {seed}, {Text(input)}: {exception}");
                }
            }
        }

        output.WriteLine(string.Join(Environment.NewLine, outcomes.Select(outcome => $"{outcome.Value,9} {outcome.Key}")));
        Assert.True(outcomes.Count > 1, "All inputs have the same outcome.");
    }

    public static Task RunAsync<T>(
        ITestOutputHelper output, int count, string[] words, Func<Mutator, T> make, Func<T, string> attempt)
        where T : notnull => RunAsync(output, count, words, make, input => Task.FromResult(attempt(input)));

    private static IEnumerable<int> Seeds(Stopwatch running) =>
        Seed is { } seed ? [seed]
        : Seconds is { } seconds ? RandomSeeds().TakeWhile(_ => running.Elapsed < TimeSpan.FromSeconds(seconds))
        : [1, 2, 3, .. RandomSeeds().Take(1)];

    private static IEnumerable<int> RandomSeeds()
    {
        while (true)
        {
            yield return RandomNumberGenerator.GetInt32(int.MaxValue);
        }
    }

    // Such that nobody takes it for a secret of the program's.
    private static string Text<T>(T input) => input is byte[] bytes ? Convert.ToBase64String(bytes) : input!.ToString()!;

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
