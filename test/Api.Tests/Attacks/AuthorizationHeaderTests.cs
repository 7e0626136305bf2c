using System.Net;
using System.Text;

namespace Api.Tests.Attacks;

/// <summary>Valid tokens that are sent in an unsupported way (RFC 6750 §2), or in several ways.</summary>
public sealed class AuthorizationHeaderTests(GuardedRouteTests.Server server) : IClassFixture<GuardedRouteTests.Server>
{
    private const string InvalidToken = "Bearer realm=\"api\", error=\"invalid_token\", error_description=\"The access token is not valid.\"";

    // {token} stands for a valid token, and | separates two headers of the same name.
    [Theory]
    [InlineData("Bearer {token}|Bearer {token}")]
    [InlineData("Bearer {token}|Bearer bad")]
    [InlineData("Bearer bad|Bearer {token}")]
    [InlineData("Bearer {token}|Basic YTpi")]
    [InlineData("Bearer {token},Bearer {token}")]
    [InlineData("Bearer {token}, Bearer bad")]
    [InlineData("Bearer bad, Bearer {token}")]
    [InlineData("Bearer {token},")]
    [InlineData("Bearer ,{token}")]
    [InlineData("Bearer {token}, realm=\"x\"")]
    [InlineData("Bearer {token};q=1")]
    [InlineData("Bearer {token} {token}")]
    [InlineData("Bearer Bearer {token}")]
    [InlineData("Bearer \"{token}\"")]
    [InlineData("Bearer <{token}>")]
    [InlineData("Bearer token={token}")]
    [InlineData("Bearer access_token={token}")]
    [InlineData("Bearer {token}\0")]
    [InlineData("Bearer {token}#x")]
    [InlineData("Bearer %65{token}")]
    [InlineData("Bearer null")]
    [InlineData("Bearer undefined")]
    [InlineData("Bearer [object Object]")]
    public async Task Header_that_is_not_exactly_one_token_is_invalid_token(string values) =>
        await AssertRefusedAsync(InvalidToken, Headers("Authorization", values));

    [Theory]
    [InlineData("Authorization", "{token}")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Authorization", "Bearer   ")]
    [InlineData("Authorization", "Bearer{token}")]
    [InlineData("Authorization", "Bearer\t{token}")]
    [InlineData("Authorization", "Bearer:{token}")]
    [InlineData("Authorization", "Bearer={token}")]
    [InlineData("Authorization", "Bearer\u00A0{token}")]
    [InlineData("Authorization", "B\u0435arer {token}")]
    [InlineData("Authorization", "\"Bearer\" {token}")]
    [InlineData("Authorization", ",Bearer {token}")]
    [InlineData("Authorization", "Token {token}")]
    [InlineData("Authorization", "JWT {token}")]
    [InlineData("Authorization", "DPoP {token}")]
    [InlineData("Authorization", "Negotiate {token}")]
    [InlineData("Authorization", "Basic {token}")]
    [InlineData("Authorization", "Basic YTpi|Bearer {token}")]
    [InlineData("Authorization", "Basic YTpi, Bearer {token}")]
    [InlineData("X-Authorization", "Bearer {token}")]
    [InlineData("Proxy-Authorization", "Bearer {token}")]
    [InlineData("X-Forwarded-Authorization", "Bearer {token}")]
    [InlineData("X-Forwarded-Access-Token", "{token}")]
    [InlineData("X-Access-Token", "{token}")]
    [InlineData("access_token", "{token}")]
    [InlineData("Cookie", "access_token={token}; Authorization=Bearer {token}")]
    [InlineData("X-Amzn-Oidc-Data", "{token}")]
    [InlineData("X-Forwarded-User", "client")]
    [InlineData("X-Original-URL", "/health")]
    [InlineData("X-Rewrite-URL", "/health")]
    [InlineData("X-Forwarded-Prefix", "/oauth2")]
    [InlineData("X-HTTP-Method-Override", "OPTIONS")]
    public async Task Token_in_another_header_or_scheme_is_ignored(string name, string values) =>
        await AssertRefusedAsync("Bearer realm=\"api\"", Headers(name, values));

    [Theory]
    [InlineData("?access_token={token}")]
    [InlineData("?token={token}")]
    [InlineData("?authorization=Bearer%20{token}")]
    [InlineData(";access_token={token}")]
    [InlineData("?_method=OPTIONS")]
    public async Task Token_in_the_URL_is_ignored(string suffix)
    {
        foreach (var path in (string[])["/user/me", "/admin/keys"])
        {
            using var response = await server.Api.GetAsync(
                path + suffix.Replace("{token}", server.Forge.Sign(), StringComparison.Ordinal));

            AssertRefused(response);
        }
    }

    [Theory]
    [InlineData("POST", "/user/me", "application/x-www-form-urlencoded", "access_token={token}")]
    [InlineData("GET", "/user/me", "application/x-www-form-urlencoded", "access_token={token}")]
    [InlineData("GET", "/admin/keys", "application/json", "{\"access_token\":\"{token}\"}")]
    [InlineData("POST", "/admin/keys/rotate", "application/x-www-form-urlencoded", "access_token={token}")]
    public async Task Token_in_the_body_is_ignored(string method, string path, string contentType, string body)
    {
        using var content = new StringContent(
            body.Replace("{token}", server.Forge.Sign(), StringComparison.Ordinal), Encoding.UTF8, contentType);

        using var response = await server.Api.SendAsync(new(method), path, content);

        AssertRefused(response);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    [InlineData("POST")]
    [InlineData("PROPFIND")]
    [InlineData("get")]
    public async Task Other_methods_need_a_token_too(string method)
    {
        foreach (var path in (string[])["/user/me", "/admin/keys"])
        {
            using var response = await server.Api.SendAsync(new(method), path);

            AssertRefused(response);
        }
    }

    [Theory]
    [InlineData("Bearer   {token}")]
    [InlineData("Bearer {token}  ")]
    [InlineData("Bearer \t{token}\t")]
    [InlineData("|Bearer {token}")]
    [InlineData("Bearer {token}|")]
    public async Task White_space_and_empty_headers_around_a_token_are_accepted(string values)
    {
        var http = await server.SendAsync("/user/me", Headers("Authorization", values));

        Assert.Equal(200, http.Response.StatusCode);
    }

    private (string Name, string Value)[] Headers(string name, string values) =>
        [.. values.Replace("{token}", server.Forge.Sign(), StringComparison.Ordinal).Split('|').Select(value => (name, value))];

    private async Task AssertRefusedAsync(string challenge, (string Name, string Value)[] headers)
    {
        foreach (var path in (string[])["/user/me", "/admin/keys"])
        {
            var response = (await server.SendAsync(path, headers)).Response;

            Assert.Equal((401, challenge), (response.StatusCode, response.Headers.WWWAuthenticate.ToString()));
        }
    }

    private static void AssertRefused(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Bearer realm=\"api\"", response.Headers.WwwAuthenticate.ToString());
    }
}
