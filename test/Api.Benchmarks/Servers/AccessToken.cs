using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Api.Benchmarks.Servers;

/// <summary>The access token in the response of a server.</summary>
internal static class AccessToken
{
    /// <summary>Requests a token. Throws unless it is signed with RS256 and 2048 bits (RFC 7518 §3.3), as in the other servers.</summary>
    public static async Task<string> FetchAsync(Server server, LoadRequest request, CancellationToken cancellation)
    {
        using var http = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, server.Address + request.Path)
        {
            Content = new StringContent(request.Body!, MediaTypeHeaderValue.Parse(request["Content-Type"])),
            Headers = { { "Authorization", request["Authorization"] } },
        };
        using var response = await http.SendAsync(message, cancellation);
        response.EnsureSuccessStatusCode();
        using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
        var token = answer.RootElement.GetProperty("access_token").GetString()!;
        var parts = token.Split('.');
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));

        return header.RootElement.GetProperty("alg").GetString() is "RS256" && Base64Url.DecodeFromChars(parts[2]).Length is 256
            ? token
            : throw new BenchmarkException($"{server.Address}{request.Path} does not sign with RS256 and 2048 bits.");
    }
}
