using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Bearer;

/// <summary>The guard of /user and /admin (RFC 6750): what it lets in, and what it says to those that it refuses.</summary>
public sealed class BearerTests(BearerTests.Server server) : IClassFixture<BearerTests.Server>
{
    public sealed class Server : IDisposable
    {
        public ApiFactory Api { get; } = new();

        public void Dispose() => Api.Dispose();
    }

    private TokenForge Forge => new(TestKeys.First, ApiFactory.Issuer, server.Api.Time.Now);

    [Fact]
    public async Task Token_made_by_these_tests_is_good_unless_it_is_changed() => await AssertAsync(Forge.Sign(), HttpStatusCode.OK, null);

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task Scheme_is_read_in_any_case(string scheme)
    {
        using var response = await server.Api.SendAsync(HttpMethod.Get, "/user/me", null, ("Authorization", $"{scheme} {Forge.Sign()}"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    public async Task Without_token_the_challenge_has_no_error(string? authorization)
    {
        using var response = await server.Api.SendAsync(
            HttpMethod.Get, "/user/me", null, authorization is null ? [] : [("Authorization", authorization)]);

        AssertChallenge(response, HttpStatusCode.Unauthorized, "Bearer realm=\"api\"");
    }

    [Theory]
    [InlineData("/user/me")]
    [InlineData("/admin/keys")]
    [InlineData("/unknown")]
    public async Task Whom_the_web_server_takes_the_caller_for_does_not_take_the_place_of_a_token(string path)
    {
        var caller = new ClaimsIdentity([new("sub", "client"), new("scope", "USER ADMIN")], "AuthorizerIdentity");

        var http = await server.Api.Server.SendAsync(http =>
        {
            http.Request.Path = path;
            http.User = new(caller);
        });

        Assert.Equal(StatusCodes.Status401Unauthorized, http.Response.StatusCode);
    }

    [Theory]
    [InlineData("/user/me?access_token={0}")]
    [InlineData("/user/unknown")]
    [InlineData("/admin/unknown")]
    [InlineData("/USER/me")]
    [InlineData("/unknown")]
    public async Task Every_other_address_is_denied_without_token(string path)
    {
        using var response = await server.Api.GetAsync(path.Replace("{0}", Forge.Sign(), StringComparison.Ordinal));

        AssertChallenge(response, HttpStatusCode.Unauthorized, "Bearer realm=\"api\"");
    }

    [Theory]
    [InlineData(-60)]
    [InlineData(-59)]
    public async Task Clocks_may_differ_by_a_minute(int seconds) => await AssertAsync(
        Forge.Sign(payload =>
        {
            payload["exp"] = Forge.Now + seconds + 1;
            payload["nbf"] = Forge.Now + 60;
        }),
        HttpStatusCode.OK,
        null);

    [Theory]
    [InlineData("/admin/keys", "USER", "ADMIN")]
    [InlineData("/admin/keys", "USER ADMINISTRATOR", "ADMIN")]
    [InlineData("/admin/keys", "admin", "ADMIN")]
    [InlineData("/user/me", "ADMIN", "USER")]
    [InlineData("/user/me", "", "USER")]
    [InlineData("/user/me", "XUSER USERX", "USER")]
    [InlineData("/user/me", null, "USER")]
    public async Task Token_without_the_scope_is_forbidden(string path, string? scope, string needed)
    {
        using var response = await server.Api.GetAsync(path, Forge.Sign(payload => payload["scope"] = scope));

        AssertChallenge(response, HttpStatusCode.Forbidden, $"Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"{needed}\"");
    }

    [Fact]
    public async Task User_sees_the_claims_of_the_token_as_they_were_signed()
    {
        var payload = Forge.Payload("USER");
        payload["roles"] = new JsonArray("a");
        payload["limits"] = new JsonObject { ["daily"] = 10 };

        using var response = await server.Api.GetAsync("/user/me", Forge.Sign(body: payload));

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.True(JsonNode.DeepEquals(payload, JsonNode.Parse(await response.Content.ReadAsStringAsync())));
    }

    [Fact]
    public async Task Token_of_the_token_endpoint_opens_both_routes()
    {
        var token = await server.Api.GetTokenAsync("USER ADMIN");

        using var user = await server.Api.GetAsync("/user/me", token);
        using var admin = await server.Api.GetAsync("/admin/keys", token);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [user.StatusCode, admin.StatusCode]);
    }

    private async Task AssertAsync(string token, HttpStatusCode status, string? challenge)
    {
        using var response = await server.Api.GetAsync("/user/me", token);

        AssertChallenge(response, status, challenge);
    }

    private static void AssertChallenge(HttpResponseMessage response, HttpStatusCode status, string? challenge)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(challenge is null ? [] : [challenge], response.Headers.WwwAuthenticate.Select(value => value.ToString()));

        if (challenge is not null)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }
}
