using System.Net;
using Api.Tests.Support;

namespace Api.Tests.Hosting;

/// <summary>HEAD gets the response of GET without content (RFC 9110 §9.3.2), and Allow lists the supported methods (§10.2.1).</summary>
public sealed class HeadTests : IDisposable
{
    private static readonly string[] AllPaths =
    [
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks.json", "/health",
        "/user/me", "/admin/keys", "/admin/clients", "/admin/clients/orders", "/admin/clients/unknown", "/admin/clients?limit=x",
        "/nowhere", "/oauth2/token", "/", "/swagger", "/swagger/index.html", "/swagger/v1/swagger.json", "/swagger/swagger-ui.css",
    ];

    private readonly ApiFactory _api = new ApiFactory().Set("Swagger", "true").Set("CorsOrigins", "https://app.example");

    public static TheoryData<string> Paths => [.. AllPaths];

    public void Dispose() => _api.Dispose();

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Answer_has_the_status_and_the_headers_of_GET_and_no_content(string path)
    {
        await _api.AddClientAsync("orders", "USER");

        foreach (var token in (string?[])[null, "bad", await _api.GetTokenAsync("USER ADMIN"), await _api.GetTokenAsync("USER")])
        {
            (string, string)[] headers = [("Origin", "https://app.example"), .. Bearer(token)];

            using var get = await _api.SendAsync(HttpMethod.Get, path, null, headers);
            using var head = await _api.SendAsync(HttpMethod.Head, path, null, headers);

            Assert.Equal(get.StatusCode, head.StatusCode);
            Assert.Equal(Headers(get), Headers(head));
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/jwks.json")]
    public async Task Length_and_entity_tag_are_those_of_the_document(string path)
    {
        using var get = await _api.GetAsync(path);

        using var head = await _api.SendAsync(HttpMethod.Head, path);
        using var unchanged = await _api.SendAsync(HttpMethod.Head, path, null, ("If-None-Match", get.Headers.ETag!.ToString()));

        Assert.Equal((await get.Content.ReadAsByteArrayAsync()).Length, head.Content.Headers.ContentLength);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Theory]
    [InlineData("/health", "GET, HEAD")]
    [InlineData("/.well-known/openid-configuration", "GET, HEAD")]
    [InlineData("/.well-known/oauth-authorization-server", "GET, HEAD")]
    [InlineData("/.well-known/jwks.json", "GET, HEAD")]
    [InlineData("/oauth2/token", "POST")]
    [InlineData("/user/me", "GET, HEAD")]
    [InlineData("/admin/keys", "GET, HEAD")]
    [InlineData("/admin/keys/rotate", "POST")]
    [InlineData("/admin/clients", "GET, HEAD, POST")]
    [InlineData("/admin/clients/orders", "DELETE, GET, HEAD, PATCH")]
    [InlineData("/admin/clients/orders/secrets", "POST")]
    public async Task Allow_names_every_method_that_is_served_and_no_other(string path, string allowed)
    {
        var authorization = Bearer(await _api.GetTokenAsync("USER ADMIN"));

        foreach (var method in (string[])["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
        {
            using var response = await _api.SendAsync(new(method), path, null, authorization);

            Assert.Equal((method, !allowed.Split(", ").Contains(method)), (method, response.StatusCode is HttpStatusCode.MethodNotAllowed));

            if (response.StatusCode is HttpStatusCode.MethodNotAllowed)
            {
                Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
            }
        }
    }

    [Fact]
    public async Task Kestrel_answers_HEAD_as_GET()
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(folder["data"]);

        foreach (var path in AllPaths)
        {
            var get = await RawHttp.SendAsync(api.Address, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            var head = await RawHttp.SendAsync(api.Address, $"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            Assert.EndsWith("\r\n\r\n", head.Text, StringComparison.Ordinal);
            Assert.Equal(Lines(get), Lines(head));
        }
    }

    [Fact]
    public async Task OpenAPI_document_does_not_list_HEAD()
    {
        using var response = await _api.GetAsync("/swagger/v1/swagger.json");

        Assert.DoesNotContain("\"head\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static (string Name, string Value)[] Bearer(string? token) => token is null ? [] : [("Authorization", $"Bearer {token}")];

    private static string[] Headers(HttpResponseMessage response) =>
    [
        .. response.Headers.Concat(response.Content.Headers)
            .Where(header => header.Key is not ("Content-Length" or "Transfer-Encoding"))
            .Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")
            .Order(StringComparer.Ordinal),
    ];

    // RFC 9110 §9.3.2: headers that are known only when the content is generated can be omitted.
    private static string[] Lines(RawHttp answer) =>
    [
        .. answer.Text.Split("\r\n\r\n")[0].Split("\r\n")
            .Where(line => !line.StartsWith("Date:", StringComparison.Ordinal)
                && line is not ("Transfer-Encoding: chunked" or "Content-Length: 0"))
            .Order(StringComparer.Ordinal),
    ];
}
