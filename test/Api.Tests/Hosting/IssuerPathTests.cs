using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Hosting;

/// <summary>An issuer with a path (RFC 8414 §3.1) serves every route below that path.</summary>
public sealed class IssuerPathTests : IDisposable
{
    private static readonly string[] AllIssuers =
        ["https://issuer.example", "https://issuer.example/auth", "https://issuer.example/auth/eu"];

    private readonly ApiFactory _api = new();

    public static TheoryData<string> Issuers => [.. AllIssuers];

    public static TheoryData<string, string, string, int> Answers
    {
        get
        {
            var answers = new TheoryData<string, string, string, int>();

            foreach (var issuer in AllIssuers)
            {
                answers.Add(issuer, "GET", "/.well-known/openid-configuration", 200);
                answers.Add(issuer, "GET", "/.well-known/oauth-authorization-server", 200);
                answers.Add(issuer, "GET", "/.well-known/jwks.json", 200);
                answers.Add(issuer, "GET", "/health", 200);
                answers.Add(issuer, "PUT", "/health", 405);
                answers.Add(issuer, "POST", "/oauth2/token", 400);
                answers.Add(issuer, "GET", "/oauth2/token", 405);
                answers.Add(issuer, "GET", "/user/me", 401);
                answers.Add(issuer, "GET", "/nowhere", 401);
            }

            return answers;
        }
    }

    public void Dispose() => _api.Dispose();

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Every_answer_has_the_security_headers(string issuer, string method, string path, int status)
    {
        using var response = await SendAsync(issuer, new(method), path);

        Assert.Equal(status, (int)response.StatusCode);
        AssertProtected(response);
    }

    [Theory]
    [MemberData(nameof(Issuers))]
    public async Task Configured_origin_is_allowed(string issuer)
    {
        _api.Set("CorsOrigins", "https://app.example");

        foreach (var path in (string[])["/oauth2/token", "/.well-known/openid-configuration", "/.well-known/jwks.json", "/user/me"])
        {
            using var preflight = await SendAsync(
                issuer, HttpMethod.Options, path, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"));
            using var response = await SendAsync(issuer, HttpMethod.Get, path, ("Origin", "https://app.example"));

            Assert.Equal((path, HttpStatusCode.NoContent), (path, preflight.StatusCode));
            Assert.Equal("https://app.example", Header(preflight, "Access-Control-Allow-Origin"));
            Assert.Equal("https://app.example", Header(response, "Access-Control-Allow-Origin"));
        }
    }

    // RFC 9700 §2.6: the authorization endpoint does not support CORS.
    [Theory]
    [MemberData(nameof(Issuers))]
    public async Task Pages_of_sign_in_are_for_no_other_origin(string issuer)
    {
        _api.Set("CorsOrigins", "https://app.example");

        foreach (var path in (string[])["/oauth2/authorize", "/OAuth2/Authorize/", "/oauth2/logout", "/sign-in", "/sign-in/options", "/enroll/x", "/account"])
        {
            using var preflight = await SendAsync(
                issuer, HttpMethod.Options, path, ("Origin", "https://app.example"), ("Access-Control-Request-Method", "POST"));
            using var response = await SendAsync(issuer, HttpMethod.Get, path, ("Origin", "https://app.example"));

            Assert.Equal((path, HttpStatusCode.MethodNotAllowed), (path, preflight.StatusCode));
            Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Theory]
    [MemberData(nameof(Issuers))]
    public async Task Outage_is_answered_with_503_and_Retry_After(string issuer)
    {
        _api.Replace = services => services.AddSingleton<IKeyRingStore>(new Keys(new KeyRingException("Made up by the test.")));
        var secret = await AddClientAsync(issuer);

        using var keys = await SendAsync(issuer, HttpMethod.Get, "/.well-known/jwks.json");
        using var token = await PostTokenAsync(issuer, secret);

        Assert.Equal([HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable], [keys.StatusCode, token.StatusCode]);
        Assert.Equal(("5", "5"), (Header(keys, "Retry-After"), Header(token, "Retry-After")));
        Assert.Equal("nosniff", Header(keys, "X-Content-Type-Options"));
        Assert.Equal("application/problem+json", keys.Content.Headers.ContentType?.MediaType);
        Assert.Equal("temporarily_unavailable", (await token.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
    }

    [Theory]
    [MemberData(nameof(Issuers))]
    public async Task Exception_is_answered_with_500_without_its_message(string issuer)
    {
        _api.Replace = services => services.AddSingleton<IKeyRingStore>(new Keys(new NotSupportedException("Made up by the test.")));

        using var response = await SendAsync(issuer, HttpMethod.Get, "/.well-known/jwks.json");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        AssertProtected(response);
        var body = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("Made up", body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Issuers))]
    public async Task Swagger_UI_is_served(string issuer)
    {
        _api.Set("Swagger", "true");
        var pathBase = new Uri(issuer).AbsolutePath.TrimEnd('/');

        using var start = await SendAsync(issuer, HttpMethod.Get, "/");
        using var page = await SendAsync(issuer, HttpMethod.Get, "/swagger/index.html");
        using var document = await SendAsync(issuer, HttpMethod.Get, "/swagger/v1/swagger.json");

        Assert.Equal($"{pathBase}/swagger", start.Headers.Location?.OriginalString);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [page.StatusCode, document.StatusCode]);
        Assert.StartsWith("default-src 'none'; script-src 'self';", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", Header(page, "Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("nosniff", Header(document, "X-Content-Type-Options"));
    }

    [Theory]
    [MemberData(nameof(Issuers))]
    [InlineData("https://issuer.example/a%20b")]
    public async Task Token_is_issued_and_accepted(string issuer)
    {
        using var issued = await PostTokenAsync(issuer, await AddClientAsync(issuer));
        var token = (await issued.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString();

        using var me = await SendAsync(issuer, HttpMethod.Get, "/user/me", ("Authorization", $"Bearer {token}"));

        Assert.Equal(HttpStatusCode.OK, me.StatusCode);
    }

    private Task<string> AddClientAsync(string issuer) => _api.Set("Issuer", issuer).AddClientAsync("orders", "USER");

    private Task<HttpResponseMessage> PostTokenAsync(string issuer, string secret) => _api.SendAsync(
        HttpMethod.Post,
        new Uri(issuer).AbsolutePath.TrimEnd('/') + "/oauth2/token",
        new FormUrlEncodedContent([
            new("grant_type", "client_credentials"), new("client_id", "orders"), new("client_secret", secret),
        ]));

    private Task<HttpResponseMessage> SendAsync(
        string issuer, HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        _api.Set("Issuer", issuer).SendAsync(method, new Uri(issuer).AbsolutePath.TrimEnd('/') + path, null, headers);

    private static void AssertProtected(HttpResponseMessage response)
    {
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("max-age=31536000", Header(response, "Strict-Transport-Security"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Header(response, "Content-Security-Policy"));
        Assert.Null(Header(response, "Server"));
        Assert.Null(Header(response, "X-Powered-By"));
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.Single() : null;

    private sealed class Keys(Exception failure) : IKeyRingStore
    {
        public Task<KeyRing> LoadAsync(CancellationToken cancellation) => throw failure;

        public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => throw failure;
    }
}
