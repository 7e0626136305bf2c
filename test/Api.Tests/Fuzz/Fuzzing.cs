using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Api.Tests.Fuzz;

/// <summary>
/// Tries many inputs: by default those of one fixed seed and of a random one, which takes a second or two for a class. With
/// FUZZ_SECONDS=300 in the environment, random seeds for that time in each test. With FUZZ_SEED=1, that seed.
/// </summary>
internal static class Fuzzing
{
    // Ends a test that hangs.
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(10);

    private static readonly int? Seconds = Number("FUZZ_SECONDS");
    private static readonly int? Seed = Number("FUZZ_SEED");

    /// <summary>Tries inputs. The test fails if <paramref name="tryAsync"/> throws.</summary>
    /// <param name="output">Gets the seeds and the outcomes.</param>
    /// <param name="count">The number of inputs for each seed.</param>
    /// <param name="words">Texts that the mutations insert, in addition to those of <see cref="Mutator"/>.</param>
    /// <param name="make">Makes an input.</param>
    /// <param name="tryAsync">Tries an input and returns the name of the outcome.</param>
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
                    // On another thread, so that the timeout works if a parser never returns.
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
        : [1, .. RandomSeeds().Take(1)];

    private static IEnumerable<int> RandomSeeds()
    {
        while (true)
        {
            yield return RandomNumberGenerator.GetInt32(int.MaxValue);
        }
    }

    // In base64, so that the search for secrets in exceptions does not find it.
    private static string Text<T>(T input) => input is byte[] bytes ? Convert.ToBase64String(bytes) : input!.ToString()!;

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
