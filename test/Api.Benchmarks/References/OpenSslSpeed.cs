using System.Globalization;

namespace Api.Benchmarks.References;

/// <summary>The RSA-2048 signatures per second that <c>openssl speed</c> reports.</summary>
internal static class OpenSslSpeed
{
    public static Series Series(int seconds) =>
        new("RSA-2048 in openssl speed, sign", cancellation => MeasureAsync(seconds, cancellation));

    private static async Task<Measurement> MeasureAsync(int seconds, CancellationToken cancellation)
    {
        var output = await Child.RunAsync(
            Child.AppCore, new("openssl", "speed", "-seconds", $"{seconds}", "rsa2048"), cancellation);
        var line = output.Split('\n').Single(line => line.StartsWith("rsa", StringComparison.Ordinal));

        // Seconds per operation, which end in s, then operations per second. Signing is the first.
        var rate = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Skip("rsa 2048 bits".Split(' ').Length)
            .Where(figure => !figure.EndsWith('s'))
            .Select(figure => double.Parse(figure, CultureInfo.InvariantCulture))
            .First();

        // OpenSSL measures processor time.
        return new(rate, rate);
    }
}
