using System.Text;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks;

/// <summary>A request that is sent repeatedly.</summary>
internal sealed record LoadRequest(string Method, string Path, params IReadOnlyList<(string Name, string Value)> Headers)
{
    public const string TokenPath = "/oauth2/token";

    public string? Body { get; init; }

    public string this[string header] => Headers.Single(present => present.Name == header).Value;

    public static LoadRequest Get(string path) => new("GET", path);

    /// <summary>Sends the request to a function, and returns the time of the response. Throws if the status is not 200.</summary>
    public async Task<long> InvokeAsync(RuntimeApi runtime)
    {
        var headers = Headers.Append(("Host", "localhost")).Select(header => (header.Item1.ToLowerInvariant(), header.Item2));
        var request = new GatewayRequest(Method, Path, [.. headers]) { Body = Body is null ? null : Encoding.UTF8.GetBytes(Body) };
        var outcome = await runtime.InvokeAsync(request.ToEvent());

        return outcome.ErrorType is null && GatewayResponse.Read(outcome.Json).Status is 200
            ? outcome.ReceivedAt
            : throw new BenchmarkException("The function refuses or fails.", outcome.Json.GetRawText());
    }

    public static LoadRequest Get(string path, string bearerToken) =>
        new("GET", path, ("Authorization", $"Bearer {bearerToken}"));

    /// <summary>A token request whose client authenticates with HTTP Basic (RFC 6749 §2.3.1, §4.4.2).</summary>
    public static LoadRequest Token(string path, DevelopmentData client)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.ClientId}:{client.ClientSecret}"));

        return new(
            "POST", path, ("Authorization", $"Basic {credentials}"), ("Content-Type", "application/x-www-form-urlencoded"))
        {
            Body = "grant_type=client_credentials",
        };
    }
}
