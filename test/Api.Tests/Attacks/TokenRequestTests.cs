using System.Text;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using static Api.Tests.Attacks.TokenRequest;

namespace Api.Tests.Attacks;

/// <summary>
/// Token requests with one fault, sent unchanged. Each is refused, and the next valid request is answered.
/// </summary>
public sealed class TokenRequestTests(TokenRequestTests.Server server) : IClassFixture<TokenRequestTests.Server>
{
    private const string ClientId = "service";

    public sealed class Server : IAsyncLifetime, IDisposable
    {
        public ApiFactory Api { get; } = new();

        internal string Secret { get; private set; } = "";

        public async Task InitializeAsync() => Secret = await Api.AddClientAsync(ClientId, "USER ADMIN");

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => Api.Dispose();
    }

    private static readonly Dictionary<string, TokenRequest> Requests =
        new[] { FormAttacks.Requests, ContentAttacks.Requests, CredentialAttacks.Requests }
            .SelectMany(table => table)
            .ToDictionary();

    public static TheoryData<string> Refused => [.. Requests.Keys];

    public static TheoryData<string> Tolerated => [.. ToleratedRequests.All.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Faulty_request_is_refused(string what)
    {
        var request = Requests[what];

        var (response, body) = await SendAsync(request);

        Assert.Equal(request.Status, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl);
        AssertFixed(response, body);
        Assert.Equal(request.Error, request.Method is "HEAD" ? request.Error : Error(body));
        await AssertStillAnswersAsync();
    }

    [Theory]
    [MemberData(nameof(Tolerated))]
    public async Task Unusual_request_is_accepted(string what)
    {
        var (response, body) = await SendAsync(ToleratedRequests.All[what]);

        Assert.Equal(200, response.StatusCode);
        Assert.Equal("USER", JsonSerializer.Deserialize<JsonElement>(body).GetProperty("scope").GetString());
    }

    /// <summary>Every field of a request with every character that could end a line or a string, or control a terminal.</summary>
    public static IEnumerable<object[]> Injections() =>
        from place in (string[])
        [
            "grant_type", "scope", "client_id", "client_secret", "name",
            "JSON grant_type", "JSON client_id", "JSON scope", "JSON name",
            "Basic id", "Basic secret", "escaped Basic id", "Authorization", "Content-Type", "User-Agent", "query", "path",
        ]
        from character in (string[])["\r\n", "\n", "\r", "\0", "\u001b[31m", "\b\b\b", "\v", "\u0085", "\u2028"]
        select new object[] { place, character };

    [Theory]
    [MemberData(nameof(Injections))]
    public async Task Injected_text_is_not_in_the_response_or_the_log(string place, string character)
    {
        var injected = character + Injection.Marker;

        var (response, body) = await SendAsync(Injected(place, injected), place is "path" ? injected : "");

        Assert.Contains(response.StatusCode, place is "query" or "User-Agent" ? (int[])[200] : [400, 401]);
        AssertFixed(response, body);
        server.Api.Logs.AssertNoLeaks();
    }

    private static TokenRequest Injected(string place, string text)
    {
        var escaped = Uri.EscapeDataString(text);
        var json = JsonEncodedText.Encode(text).ToString();

        return place switch
        {
            "grant_type" => new($"{Grant}{escaped}"),
            "scope" => new($"{Grant}&scope=USER{escaped}"),
            "client_id" => new($"{Grant}&client_id={{id}}{escaped}&client_secret={{secret}}") { Headers = Authorized() },
            "client_secret" => new($"{Grant}&client_id={{id}}&client_secret={{secret}}{escaped}") { Headers = Authorized() },
            "name" => new($"grant_type{escaped}=client_credentials"),
            "JSON grant_type" => Json($$"""{"grant_type":"client_credentials{{json}}"}"""),
            "JSON client_id" => Json($$"""{"grant_type":"client_credentials","client_id":"{id}{{json}}"}"""),
            "JSON scope" => Json($$"""{"grant_type":"client_credentials","scope":"USER{{json}}"}"""),
            "JSON name" => Json($$"""{"grant_type{{json}}":"client_credentials"}"""),
            "Basic id" => new(Grant) { Headers = Authorized($"Basic base64({{id}}{text}:{{secret}})") },
            "Basic secret" => new(Grant) { Headers = Authorized($"Basic base64({{id}}:{{secret}}{text})") },
            "escaped Basic id" => new(Grant) { Headers = Authorized($"Basic base64({{id}}{escaped}:{{secret}})") },
            "Authorization" => new(Grant) { Headers = Authorized($"Basic {{basic}}{text}") },
            "Content-Type" => new(Grant) { Headers = Typed($"application/x-www-form-urlencoded{text}") },
            "User-Agent" => new(Grant) { Headers = With(("User-Agent", text)) },
            "query" => new(Grant) { Query = $"?x={escaped}&{escaped}" },
            _ => new(Grant),
        };
    }

    private async Task<(HttpResponse Response, string Body)> SendAsync(TokenRequest request, string pathSuffix = "")
    {
        var http = await server.Api.Server.SendAsync(http =>
        {
            http.Request.Method = request.Method;
            http.Request.Path = $"/oauth2/token{pathSuffix}";
            http.Request.QueryString = new(Fill(request.Query));

            foreach (var (name, value) in request.Headers)
            {
                http.Request.Headers.Append(name, FillBasic(Fill(value)));
            }

            // Only bodies that are text contain placeholders.
            http.Request.Body = new MemoryStream(request.Body.Contains((byte)'{') ? Fill(request.Body) : request.Body);
        });
        using var reader = new StreamReader(http.Response.Body);

        return (http.Response, await reader.ReadToEndAsync());
    }

    private byte[] Fill(byte[] body) => Encoding.Latin1.GetBytes(Fill(Encoding.Latin1.GetString(body)));

    private string Fill(string text) => text
        .Replace("{id}", ClientId, StringComparison.Ordinal)
        .Replace("{secret}", server.Secret, StringComparison.Ordinal)
        .Replace("{basic}", Base64($"{ClientId}:{server.Secret}"), StringComparison.Ordinal);

    private static string FillBasic(string value) => value.Split("base64(", 2) is [var scheme, var credentials]
        ? scheme + Base64(credentials[..^1])
        : value;

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Error(string body) => JsonSerializer.Deserialize<JsonElement>(body).GetProperty("error").GetString()!;

    private static void AssertFixed(HttpResponse response, string body)
    {
        Assert.All(
            [.. response.Headers.SelectMany(header => new[] { header.Key, header.Value.ToString() }), body],
            text => Assert.DoesNotContain("Injected", text, StringComparison.OrdinalIgnoreCase));
        Assert.True(response.StatusCode is 200 || !body.Contains("access_token", StringComparison.Ordinal), body);
    }

    private async Task AssertStillAnswersAsync()
    {
        using var response = await server.Api.PostTokenAsync(ClientId, server.Secret);

        Assert.True(response.IsSuccessStatusCode);
    }
}
