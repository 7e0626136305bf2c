using System.Net;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Hosting;

public sealed class HardeningTests
{
    [Fact]
    public async Task Issuer_with_http_sends_no_Strict_Transport_Security()
    {
        using var api = new ApiFactory().Set("Issuer", "http://localhost:5000");

        using var response = await api.GetAsync("/health");

        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("https://app.example", "https://app.example")]
    [InlineData("http://localhost:3000", "http://localhost:3000")]
    [InlineData("https://evil.example", null)]
    [InlineData("https://app.example.evil.example", null)]
    [InlineData("null", null)]
    public async Task Configured_origins_are_allowed(string origin, string? allowed)
    {
        using var api = new ApiFactory().Set("CorsOrigins", "https://app.example http://localhost:3000");

        using var preflight = await api.SendAsync(
            HttpMethod.Options,
            "/admin/clients",
            null,
            ("Origin", origin),
            ("Access-Control-Request-Method", "PATCH"),
            ("Access-Control-Request-Headers", "authorization,if-match"));
        using var response = await api.SendAsync(HttpMethod.Get, "/user/me", null, ("Origin", origin));

        Assert.Equal(allowed, Header(preflight));
        Assert.Equal(allowed, Header(response));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));

        static string? Header(HttpResponseMessage response) =>
            response.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }

    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://app.example http://localhost:3000")]
    public async Task Vary_names_Origin_if_origins_are_configured(string origins)
    {
        using var api = new ApiFactory().Set("CorsOrigins", origins);

        foreach (var path in (string[])["/.well-known/openid-configuration", "/.well-known/jwks.json", "/health", "/user/me", "/nowhere"])
        {
            using var without = await api.GetAsync(path);
            using var with = await api.SendAsync(HttpMethod.Get, path, null, ("Origin", "https://app.example"));
            using var other = await api.SendAsync(HttpMethod.Get, path, null, ("Origin", "https://other.example"));
            using var unchanged = await api.SendAsync(
                HttpMethod.Get, path, null, ("If-None-Match", without.Headers.ETag?.ToString() ?? "\"other\""));

            Assert.All([without, with, other, unchanged], response => Assert.Equal("Origin", response.Headers.Vary.ToString()));
        }
    }

    [Fact]
    public async Task Response_to_an_exception_has_Vary_too()
    {
        using var api = new ApiFactory { Replace = services => services.AddSingleton<IKeyRingStore>(new BrokenKeys()) };
        api.Set("CorsOrigins", "https://app.example");

        using var response = await api.GetAsync("/.well-known/jwks.json");

        Assert.Equal("Origin", response.Headers.Vary.ToString());
    }

    [Fact]
    public async Task Vary_is_absent_without_configured_origins()
    {
        using var api = new ApiFactory();

        using var response = await api.SendAsync(HttpMethod.Get, "/.well-known/jwks.json", null, ("Origin", "https://app.example"));

        Assert.Empty(response.Headers.Vary);
    }

    [Fact]
    public async Task No_origin_is_allowed_by_default()
    {
        using var api = new ApiFactory();

        using var preflight = await api.SendAsync(
            HttpMethod.Options, "/user/me", null, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "GET"));

        Assert.Equal(HttpStatusCode.Unauthorized, preflight.StatusCode);
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Forwarded_headers_are_ignored()
    {
        using var api = new ApiFactory();

        using var metadata = await api.SendAsync(
            HttpMethod.Get,
            "/.well-known/openid-configuration",
            null,
            ("Host", "evil.example"),
            ("Forwarded", "host=evil.example"),
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-Prefix", "/evil"));
        using var refused = await api.SendAsync(
            HttpMethod.Post,
            "/oauth2/token",
            new FormUrlEncodedContent([new("grant_type", "client_credentials")]),
            ("X-Forwarded-For", "198.51.100.77"),
            ("Forwarded", "for=198.51.100.77"));

        Assert.DoesNotContain("evil", await metadata.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.DoesNotContain(api.Logs.Lines, line => line.Contains("198.51.100.77", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("X-Large", 9_000, 200)]
    [InlineData("X-Large", 10_500, 431)]
    public async Task Headers_have_the_gateway_s_limit(string name, int length, int status)
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(folder["data"]);
        using var http = new HttpClient { DefaultRequestHeaders = { { name, new string('x', length) } } };

        using var response = await http.GetAsync(new Uri($"{api.Address}/health"));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
    }

    private sealed class BrokenKeys : IKeyRingStore
    {
        public Task<KeyRing> LoadAsync(CancellationToken cancellation) => throw new NotSupportedException("broken on purpose");

        public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => throw new NotSupportedException("broken on purpose");
    }
}
