namespace Api.Benchmarks;

/// <summary>Why something cannot be measured, with the output of the program that failed.</summary>
internal sealed class BenchmarkException(string message, string output = "") : Exception($"{message}\n{output}".TrimEnd())
{
    /// <summary>The first error of a build, or the message.</summary>
    public string FirstError { get; } =
        output.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))?.Trim() ?? message;

    /// <summary>Whether the program printed that its port is in use, in the words of .NET, Node.js and Python.</summary>
    public bool IsAddressInUse { get; } = output.Contains("address already in use", StringComparison.OrdinalIgnoreCase);
}
