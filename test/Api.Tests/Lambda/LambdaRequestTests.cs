using System.Text;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Api.Tests.Lambda;

/// <summary>The request that a web app gets from an event (HTTP API, payload format 2.0).</summary>
[Collection(AloneCollection.Name)]
public sealed class LambdaRequestTests
{
    private static readonly GatewayRequest Request = GatewayRequest.Get("/");

    [Theory]
    [InlineData("/user/me", "/user/me")]
    [InlineData("/a b/ü", "/a b/ü")]
    [InlineData("/a%20b/%C3%BC", "/a b/ü")]
    [InlineData("/a%2Fb", "/a%2Fb")]
    [InlineData("/a%2fb", "/a%2fb")]
    [InlineData("/a%252Fb", "/a%2Fb")]
    [InlineData("/a+b", "/a+b")]
    [InlineData("/100%", "/100%")]
    [InlineData("/%zz", "/%zz")]
    [InlineData("/a?b", "/a?b")]
    [InlineData("/a%FFb", "/a\ufffdb")]
    [InlineData("/a%00b", "/a\0b")]
    [InlineData("//user/me", "//user/me")]
    [InlineData("user/me", "/user/me")]
    public async Task Path_is_decoded_once_except_for_slashes(string sent, string path) =>
        Assert.Equal(path, await SeenAsync(GatewayRequest.Get(sent), http => http.Request.Path.Value));

    [Theory]
    [InlineData("prod", "/prod/user/me", "/prod", "/user/me")]
    [InlineData("prod", "/prod/", "/prod", "/")]
    [InlineData("prod", "/prod", "/prod", "")]
    [InlineData("prod", "/PROD/user/me", "", "/PROD/user/me")]
    [InlineData("prod", "/user/me", "", "/user/me")]
    [InlineData(" ", "/ /user/me", "", "/ /user/me")]
    [InlineData("$default", "/user/me", "", "/user/me")]
    [InlineData("$default", "/$default/user/me", "/$default", "/user/me")]
    public async Task Stage_at_the_start_of_the_path_is_the_path_base(string stage, string sent, string pathBase, string path) =>
        Assert.Equal(
            $"{pathBase} {path}",
            await SeenAsync(
                GatewayRequest.Get(sent) with { Stage = stage }, http => $"{http.Request.PathBase.Value} {http.Request.Path.Value}"));

    [Theory]
    [InlineData("prod", "/production/x")]
    [InlineData("$default", "/$defaults")]
    public async Task Stage_that_is_only_the_start_of_a_segment_leaves_no_valid_path(string stage, string sent)
    {
        var response = await EchoApi.SendAsync(
            GatewayRequest.Get(sent) with { Stage = stage }, http => http.Response.WriteAsync(http.Request.Path.Value!));

        Assert.Equal((500, ""), (response.Status, response.Text));
    }

    [Fact]
    public async Task Query_string_stays_encoded_until_it_is_read()
    {
        var request = Request with { Query = "a=1%262&b=%C3%BC+x&b=3" };

        Assert.Equal("?a=1%262&b=%C3%BC+x&b=3", await SeenAsync(request, http => http.Request.QueryString.Value));
        Assert.Equal("1&2 ü x,3", await SeenAsync(request, http => $"{http.Request.Query["a"]} {http.Request.Query["b"]}"));
        Assert.Equal("null", await SeenAsync(Request, http => http.Request.QueryString.Value ?? "null"));
    }

    [Theory]
    [InlineData(null, "null")]
    [InlineData("", "")]
    [InlineData("a=1", "a=1")]
    [InlineData("a=1|b=2", "a=1; b=2")]
    public async Task Cookies_are_one_header(string? cookies, string header) =>
        Assert.Equal(
            header,
            await SeenAsync(
                Request with { Cookies = cookies?.Split('|', StringSplitOptions.RemoveEmptyEntries) },
                http => http.Request.Headers.TryGetValue("Cookie", out var values) ? values : "null"));

    [Fact]
    public async Task Headers_are_found_in_any_case_and_split_at_each_comma()
    {
        var request = GatewayRequest.Get(
            "/", ("if-modified-since", "Mon, 01 Jun 2026 12:00:00 GMT"), ("x-list", "a,b"), ("x-empty", ""), ("x-null", null!));

        Assert.Equal("2026-06-01", await SeenAsync(
            request, http => $"{http.Request.GetTypedHeaders().IfModifiedSince:yyyy-MM-dd}"));
        Assert.Equal("a,b 2", await SeenAsync(
            request, http => $"{http.Request.Headers["X-List"]} {http.Request.Headers["X-List"].Count}"));
        Assert.Equal("True False", await SeenAsync(
            request, http => $"{http.Request.Headers.ContainsKey("X-Empty")} {http.Request.Headers.ContainsKey("X-Null")}"));
    }

    [Fact]
    public async Task Connection_is_that_of_the_caller()
    {
        var seen = await SeenAsync(Request, http => string.Join(
            ' ',
            http.Connection.RemoteIpAddress,
            http.Connection.RemotePort,
            http.Request.Scheme,
            http.Request.Host,
            http.Request.Method,
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));

        Assert.Equal("192.0.2.1 0 https issuer.example GET /", seen);
    }

    [Fact]
    public async Task Protocol_is_not_known() =>
        Assert.Equal("null", await SeenAsync(Request, http => http.Request.Protocol ?? "null"));

    [Fact]
    public async Task Host_is_that_of_the_gateway_without_a_Host_header()
    {
        var json = Request.ToEvent().Replace("\"host\"", "\"x-host\"", StringComparison.Ordinal);
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
        // More than the limit of Kestrel, and less than that of Lambda.
        var request = new GatewayRequest("POST", "/") { Body = new byte[4 * 1024 * 1024], AsBase64 = true };

        var response = await EchoApi.SendAsync(request, async http =>
        {
            using var body = new MemoryStream();
            await http.Request.BodyReader.CopyToAsync(body);
            await http.Response.WriteAsync($"{body.Length}");
        });

        Assert.Equal($"{4 * 1024 * 1024}", response.Text);
    }

    [Theory]
    [InlineData("", "False 0")]
    [InlineData("x", "True 1")]
    public async Task Request_says_whether_it_has_a_body(string body, string seen) =>
        Assert.Equal(seen, await SeenAsync(Request with { Body = Encoding.UTF8.GetBytes(body) }, http =>
            $"{http.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody} {http.Request.Headers.ContentLength}"));

    [Theory]
    [InlineData("7", "7")]
    [InlineData("none", "none")]
    public async Task Content_length_that_was_sent_is_not_corrected(string sent, string seen) =>
        Assert.Equal(seen, await SeenAsync(
            GatewayRequest.Get("/", ("content-length", sent)), http => http.Request.Headers["Content-Length"]));

    [Fact]
    public async Task Claims_of_the_gateways_authorizer_are_the_user()
    {
        var authorizer = new { jwt = new { claims = new { sub = "service", scope = "USER" }, scopes = new[] { "USER" } } };

        Assert.Equal("True AuthorizerIdentity sub=service,scope=USER", await UserAsync(authorizer));
    }

    [Fact]
    public async Task User_has_no_claims_if_the_authorizer_has_none()
    {
        Assert.Equal("False  ", await UserAsync(null));
        Assert.Equal("True AuthorizerIdentity ", await UserAsync(new { jwt = new { claims = new { } } }));
        Assert.Equal("True AuthorizerIdentity ", await UserAsync(new { jwt = (object?)null }));
        Assert.Equal("True AuthorizerIdentity ", await UserAsync(new { lambda = new { sub = "service" } }));
    }

    [Fact]
    public async Task Trace_identifier_is_Lambdas() =>
        Assert.Equal(RuntimeApi.TraceId, await SeenAsync(Request, http => http.TraceIdentifier));

    private static async Task<string> UserAsync(object? authorizer) =>
        await SeenAsync(Request with { Authorizer = authorizer }, http => string.Join(
            ' ',
            http.User.Identity!.IsAuthenticated,
            http.User.Identity.AuthenticationType,
            string.Join(',', http.User.Claims.Select(claim => $"{claim.Type}={claim.Value}"))));

    private static async Task<string> SeenAsync(GatewayRequest request, Func<HttpContext, string?> see)
    {
        var response = await EchoApi.SendAsync(request, http => http.Response.WriteAsync(see(http) ?? "", Encoding.UTF8));

        return response.Text;
    }
}
