using System.Text;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Api.Tests.Lambda;

/// <summary>What a web app sees of an event (HTTP API, payload format 2.0).</summary>
[Trait("AwsPackages", "standin")]
[Collection(AloneCollection.Name)]
public sealed class LambdaRequestTests
{
    [Theory]
    [InlineData("/user/me", "/user/me")]
    [InlineData("/a b/ü", "/a b/ü")]
    [InlineData("/a%20b/%C3%BC", "/a b/ü")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a+b", "/a+b")]
    [InlineData("/100%", "/100%")]
    [InlineData("/a?b", "/a?b")]
    public async Task Path_is_decoded_as_Kestrel_does(string sent, string path) =>
        Assert.Equal(path, await SeenAsync(GatewayRequest.Get(sent), http => http.Request.Path.Value));

    [Theory]
    [InlineData("prod", "/prod/user/me", "/prod", "/user/me")]
    [InlineData("prod", "/prod", "/prod", "/")]
    [InlineData("prod", "/products", "", "/products")]
    [InlineData("$default", "/user/me", "", "/user/me")]
    public async Task Stage_with_a_name_is_the_path_base(string stage, string sent, string pathBase, string path) =>
        Assert.Equal(
            $"{pathBase} {path}",
            await SeenAsync(
                GatewayRequest.Get(sent) with { Stage = stage }, http => $"{http.Request.PathBase.Value} {http.Request.Path.Value}"));

    [Fact]
    public async Task Query_string_stays_encoded_until_it_is_read()
    {
        var request = GatewayRequest.Get("/") with { Query = "a=1%262&b=%C3%BC+x&b=3" };

        Assert.Equal("?a=1%262&b=%C3%BC+x&b=3", await SeenAsync(request, http => http.Request.QueryString.Value));
        Assert.Equal("1&2 ü x,3", await SeenAsync(request, http => $"{http.Request.Query["a"]} {http.Request.Query["b"]}"));
    }

    [Fact]
    public async Task Cookies_come_from_their_own_list() =>
        Assert.Equal(
            "1 2",
            await SeenAsync(
                GatewayRequest.Get("/") with { Cookies = ["a=1", "b=2"] },
                http => $"{http.Request.Cookies["a"]} {http.Request.Cookies["b"]}"));

    [Fact]
    public async Task Headers_are_found_in_any_case_and_joined_again_are_what_was_sent()
    {
        var request = GatewayRequest.Get("/", ("if-modified-since", "Mon, 01 Jun 2026 12:00:00 GMT"), ("x-list", "a,b"));

        Assert.Equal("2026-06-01", await SeenAsync(
            request, http => $"{http.Request.GetTypedHeaders().IfModifiedSince:yyyy-MM-dd}"));
        Assert.Equal("a,b", await SeenAsync(request, http => http.Request.Headers["X-List"]));
    }

    [Fact]
    public async Task Connection_is_the_callers_and_not_the_gateways()
    {
        var seen = await SeenAsync(GatewayRequest.Get("/"), http => string.Join(
            ' ',
            http.Connection.RemoteIpAddress,
            http.Request.Scheme,
            http.Request.Host,
            http.Request.Method,
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));

        Assert.Equal("192.0.2.1 https issuer.example GET /", seen);
    }

    [Fact]
    public async Task Host_is_the_gateways_where_the_caller_names_none()
    {
        var json = GatewayRequest.Get("/").ToEvent().Replace("\"host\"", "\"x-host\"", StringComparison.Ordinal);
        await using var api = await EchoApi.StartAsync(http => http.Response.WriteAsync(http.Request.Host.Value!));

        var outcome = await api.Runtime.InvokeAsync(json);

        Assert.EndsWith(".amazonaws.com", GatewayResponse.Read(outcome.Json).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_is_what_was_sent(bool asBase64)
    {
        var request = GatewayRequest.Post("/", "text/plain", "ü\0\n") with { AsBase64 = asBase64 };

        var response = await EchoApi.SendAsync(request, async http =>
        {
            await http.Response.WriteAsync($"{http.Request.ContentLength} ");
            await http.Request.Body.CopyToAsync(http.Response.Body);
        });

        Assert.Equal("4 ü\0\n", response.Text);
    }

    [Fact]
    public async Task Body_is_not_limited()
    {
        // More than Kestrel takes, less than Lambda does.
        var request = new GatewayRequest("POST", "/") { Body = new byte[4 * 1024 * 1024], AsBase64 = true };

        var response = await EchoApi.SendAsync(request, async http =>
        {
            using var body = new MemoryStream();
            await http.Request.BodyReader.CopyToAsync(body);
            await http.Response.WriteAsync($"{body.Length}");
        });

        Assert.Equal($"{4 * 1024 * 1024}", response.Text);
    }

    [Fact]
    public async Task Request_without_a_body_says_so() =>
        Assert.Equal("False 0", await SeenAsync(GatewayRequest.Get("/"), http =>
            $"{http.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody} {http.Request.ContentLength}"));

    private static async Task<string> SeenAsync(GatewayRequest request, Func<HttpContext, string?> see)
    {
        var response = await EchoApi.SendAsync(request, http => http.Response.WriteAsync(see(http) ?? "", Encoding.UTF8));

        return response.Text;
    }
}
