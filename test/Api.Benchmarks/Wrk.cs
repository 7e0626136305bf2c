using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks;

/// <summary>The load generator wrk, with 32 connections, on the other core than the server.</summary>
internal static partial class Wrk
{
    /// <summary>The requests that a server answers per second.</summary>
    public static Series Series(string name, Server server, int seconds, LoadRequest request) =>
        new(name, async cancellation => (await SendAsync(server, seconds, cancellation, request)).Rate);

    /// <summary>Sends these requests in turn. Throws if a request fails.</summary>
    public static Task<LoadResult> SendAsync(
        Server server, int seconds, CancellationToken cancellation, params IReadOnlyList<LoadRequest> requests) =>
        RunAsync(server, seconds, Script(requests), cancellation);

    /// <summary>Runs a Lua script. Throws if a request fails.</summary>
    public static async Task<LoadResult> RunAsync(Server server, int seconds, string lua, CancellationToken cancellation)
    {
        var script = Path.GetTempFileName();

        try
        {
            await File.WriteAllTextAsync(script, lua, cancellation);
            var processorTime = server.ProcessorTime;
            var output = await Child.RunAsync(
                server.Cores is Child.BothCores ? Child.BothCores : Child.LoadCore,
                new("wrk", "-t1", "-c32", $"-d{seconds}s", "-s", script, server.Address),
                cancellation);

            // On two cores, processor time is not comparable with the clock.
            return Read(output, server.Cores is Child.BothCores ? null : server.ProcessorTime - processorTime);
        }
        finally
        {
            File.Delete(script);
        }
    }

    private static string Script(IEnumerable<LoadRequest> requests)
    {
        var lua = new StringBuilder("local requests, last = {}, 0\n\nfunction init()\n");

        foreach (var request in requests)
        {
            var headers = string.Join(", ", request.Headers.Select(header => $"[{Quote(header.Name)}] = {Quote(header.Value)}"));
            var arguments = $"{Quote(request.Method)}, {Quote(request.Path)}, {{ {headers} }}, {Quote(request.Body)}";
            lua.AppendLine(CultureInfo.InvariantCulture, $"  requests[#requests + 1] = wrk.format({arguments})");
        }

        return lua.Append("end\n\nfunction request()\n  last = last % #requests + 1\n  return requests[last]\nend\n").ToString();
    }

    private static string Quote(string? text) => text is null ? "nil" : $"\"{text}\"";

    private static LoadResult Read(string output, TimeSpan? processorTime)
    {
        if (output.Contains("Non-2xx", StringComparison.Ordinal) || output.Contains("Socket errors", StringComparison.Ordinal))
        {
            throw new BenchmarkException("Requests failed.", output);
        }

        var rate = double.Parse(Rate().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        var count = long.Parse(Count().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);

        return new(count, Measurement.Rate(count, TimeSpan.FromSeconds(count / rate), processorTime));
    }

    [GeneratedRegex(@"^Requests/sec:\s+([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex Rate();

    [GeneratedRegex(@"^\s*(\d+) requests in ", RegexOptions.Multiline)]
    private static partial Regex Count();
}

/// <summary>The number of requests, and the requests per second.</summary>
internal sealed record LoadResult(long Count, Measurement Rate);
