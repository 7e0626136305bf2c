using System.Text;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Fuzz;

/// <summary>A request that a client library might not send.</summary>
internal sealed record RawRequest(string Method, string Path, byte[] Body, string? ContentType = null, string? Authorization = null)
{
    // In base64, so that the search for secrets in exceptions does not find it.
    public override string ToString() => Convert.ToBase64String(
        Encoding.UTF8.GetBytes($"{Method} {Path}\n{ContentType}\n{Authorization}\n{Convert.ToBase64String(Body)}"));
}

/// <summary>The response of the app.</summary>
internal sealed record RawAnswer(int Status, IHeaderDictionary Headers, string Text)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string Outcome => Json.TryGetProperty("error_description", out var description) ? $"{Status} {description}" : $"{Status}";
}

/// <summary>Sends requests to the app without the checks of an HTTP client and a web server.</summary>
internal static class FuzzedApi
{
    private static readonly string[] Errors =
        ["invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"];

    public static async Task<RawAnswer> SendAsync(this ApiFactory api, RawRequest request)
    {
        var http = await api.Server.SendAsync(http =>
        {
            (http.Request.Scheme, http.Request.Host) = ("https", new("issuer.example"));
            (http.Request.Method, http.Request.Path) = (request.Method, request.Path);
            (http.Request.Body, http.Request.ContentLength) = (new MemoryStream(request.Body), request.Body.Length);
            http.Request.ContentType = request.ContentType;
            http.Request.Headers.Authorization = request.Authorization;
        });
        using var reader = new StreamReader(http.Response.Body);
        var answer = new RawAnswer(http.Response.StatusCode, http.Response.Headers, await reader.ReadToEndAsync());

        Assert.InRange(answer.Status, 200, 499);

        return answer;
    }

    /// <summary>Requests a token and checks the form of the response (RFC 6749 §5.1, §5.2).</summary>
    public static async Task<RawAnswer> PostTokenAsync(
        this ApiFactory api, byte[] body, string? contentType = "application/x-www-form-urlencoded", string? authorization = null)
    {
        var answer = await api.SendAsync(new RawRequest("POST", "/oauth2/token", body, contentType, authorization));

        Assert.Equal("no-store", answer.Headers.CacheControl);
        Assert.StartsWith("application/json", answer.Headers.ContentType.ToString(), StringComparison.Ordinal);
        Leaks.AssertNoneIn(answer.Text, "the answer");

        if (answer.Status is 200)
        {
            Assert.Equal("Bearer", answer.Json.GetProperty("token_type").GetString());

            return answer;
        }

        Assert.Contains(answer.Status, (int[])[400, 401, 413]);
        Assert.Equal(["error", "error_description"], answer.Json.EnumerateObject().Select(member => member.Name));
        Assert.Contains(answer.Json.GetProperty("error").GetString(), Errors);
        Assert.Equal(answer.Status is 401, answer.Json.GetProperty("error").GetString() is "invalid_client");
        Assert.True(authorization is not null || answer.Headers.WWWAuthenticate.Count is 0);

        return answer;
    }
}
