using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Api.Benchmarks.References;

/// <summary>The RS256 signatures (RFC 7518 §3.3) that .NET makes or verifies per second.</summary>
internal static class RsaLoop
{
    public const string Command = "rsa";
    public const string Sign = "sign";
    public const string Verify = "verify";

    private const int SigningInputLength = 500;

    /// <summary>Measures in a process on the core of the app.</summary>
    public static Series Series(string operation, int seconds) =>
        new($"RSA-2048 in .NET, {operation}", cancellation => MeasureAsync(operation, seconds, cancellation));

    public static int Run(string operation, string seconds)
    {
        using var rsa = RSA.Create(2048);
        var input = new byte[SigningInputLength];
        var signature = rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Action work = operation is Sign
            ? () => rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : () => rsa.VerifyData(input, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        // The first second warms up.
        Repeat(work, TimeSpan.FromSeconds(1));
        var rate = Repeat(work, TimeSpan.FromSeconds(int.Parse(seconds, CultureInfo.InvariantCulture)));
        Console.WriteLine($"{rate.ByClock} {rate.ByProcessor}");

        return 0;
    }

    private static async Task<Measurement> MeasureAsync(string operation, int seconds, CancellationToken cancellation)
    {
        var output = await Child.RunAsync(
            Child.AppCore, new("dotnet", "Api.Benchmarks.dll", Command, operation, $"{seconds}"), cancellation);
        var rates = output.Split(' ').Select(rate => double.Parse(rate, CultureInfo.InvariantCulture)).ToArray();

        return new(rates[0], rates[1]);
    }

    private static Measurement Repeat(Action work, TimeSpan length)
    {
        var time = Stopwatch.StartNew();
        var processorTime = Environment.CpuUsage.TotalTime;
        var count = 0;

        while (time.Elapsed < length)
        {
            work();
            count++;
        }

        return Measurement.Rate(count, time.Elapsed, Environment.CpuUsage.TotalTime - processorTime);
    }
}
