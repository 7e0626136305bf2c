using System.Text;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks;

/// <summary>A request that is sent over and over.</summary>
internal sealed record LoadRequest(string Method, string Path, params IReadOnlyList<(string Name, string Value)> Headers)
{
    public const string TokenPath = "/oauth2/token";

    public string? Body { get; init; }

    public string this[string header] => Headers.Single(present => present.Name == header).Value;

    public static LoadRequest Get(string path) => new("GET", path);

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
