using System.Net;
using System.Net.Sockets;
using Api.Configuration;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Attacks;

/// <summary>Tokens that the protected routes refuse, and unusual tokens that they accept.</summary>
public sealed class GuardedRouteTests(GuardedRouteTests.Server server) : IClassFixture<GuardedRouteTests.Server>
{
    private static readonly string[] Paths = ["/user/me", "/admin/keys"];

    public sealed class Server : IAsyncLifetime, IDisposable
    {
        public ApiFactory Api { get; } = new();

        internal TokenForge Forge => new(TestKeys.First, ApiFactory.Issuer, Api.Time.Now);

        public async Task InitializeAsync() => await Api.AddClientAsync(Forge.ClientId, "USER ADMIN");

        public Task DisposeAsync() => Task.CompletedTask;

        /// <summary>Sends headers unchanged, which HTTP clients would correct.</summary>
        internal Task<HttpContext> SendAsync(string path, params (string Name, string Value)[] headers) =>
            Api.Server.SendAsync(http =>
            {
                http.Request.Path = path;

                foreach (var (name, value) in headers)
                {
                    http.Request.Headers.Append(name, value);
                }
            });

        public void Dispose() => Api.Dispose();
    }

    public static TheoryData<string> Bad => [.. BadTokens.All.Keys];

    public static TheoryData<string> Tolerated => [.. ToleratedTokens.All.Keys];

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Bad_token_is_refused(string what)
    {
        var token = BadTokens.All[what](server.Forge);

        foreach (var path in Paths)
        {
            var response = (await server.SendAsync(path, ("Authorization", $"Bearer {token}"))).Response;

            Assert.Equal((401, BadTokens.Challenge(what)), (response.StatusCode, response.Headers.WWWAuthenticate.ToString()));
            Assert.Equal("application/problem+json", response.ContentType);
        }
    }

    [Theory]
    [MemberData(nameof(Tolerated))]
    public async Task Unusual_token_is_accepted(string what)
    {
        var token = ToleratedTokens.All[what](server.Forge);

        foreach (var path in Paths)
        {
            using var response = await server.Api.GetAsync(path, token);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public void Bad_tokens_are_many_and_unique()
    {
        var tokens = BadTokens.All.ToLookup(bad => bad.Value(server.Forge), bad => bad.Key, StringComparer.Ordinal);

        Assert.All(tokens, names => Assert.Single(names));
        Assert.True(tokens.Count >= 60, $"{tokens.Count} bad tokens");
    }

    [Theory]
    [InlineData("user admin")]
    [InlineData("User Admin")]
    [InlineData("USERS ADMINS")]
    [InlineData("xUSER xADMIN")]
    [InlineData("US ER AD MIN")]
    [InlineData("USER\0 ADMIN\0")]
    [InlineData("\0USER \0ADMIN")]
    [InlineData("USER\tADMIN")]
    [InlineData("USER\nADMIN")]
    [InlineData("USER\r\nADMIN")]
    [InlineData("USER\u00A0ADMIN")]
    [InlineData("USER,ADMIN")]
    [InlineData("USER;ADMIN")]
    [InlineData("USER+ADMIN")]
    [InlineData("USER%20ADMIN")]
    [InlineData("\"USER\" \"ADMIN\"")]
    [InlineData("[\"USER\",\"ADMIN\"]")]
    [InlineData("* .* % _")]
    [InlineData("US\u0415R \u0410DMIN")]
    [InlineData("\uFF35\uFF33\uFF25\uFF32 \uFF21\uFF24\uFF2D\uFF29\uFF2E")]
    [InlineData("USER\u200B ADMIN\u200B")]
    [InlineData(" ")]
    public async Task Scope_that_is_only_similar_is_forbidden(string scope) =>
        await AssertForbiddenAsync(server.Forge.Sign(payload => payload["scope"] = scope));

    [Theory]
    [InlineData("Scope")]
    [InlineData("SCOPE")]
    [InlineData("scp")]
    [InlineData("scopes")]
    [InlineData("roles")]
    [InlineData("permissions")]
    [InlineData("http://schemas.microsoft.com/identity/claims/scope")]
    public async Task Scope_in_another_claim_is_forbidden(string name)
    {
        await AssertForbiddenAsync(server.Forge.Sign(payload =>
        {
            payload.Remove("scope");
            payload[name] = "USER ADMIN";
        }));
        await AssertForbiddenAsync(server.Forge.Sign(payload =>
        {
            payload["scope"] = "OTHER";
            payload[name] = "USER ADMIN";
        }));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("AT+JWT")]
    [InlineData("at+jwt ")]
    [InlineData("dpop+jwt")]
    [InlineData(null)]
    public async Task With_AccessTokenType_at_jwt_other_types_are_refused(string? type)
    {
        using var api = new ApiFactory().Set("AccessTokenType", "at+jwt");

        using var other = await api.GetAsync("/user/me", server.Forge.Sign(header: header => header["typ"] = type));
        using var good = await api.GetAsync("/user/me", server.Forge.Sign(header: header => header["typ"] = "at+jwt"));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (other.StatusCode, good.StatusCode));
    }

    [Fact]
    public async Task Token_of_a_revoked_key_is_refused_after_the_ring_is_reloaded()
    {
        using var api = new ApiFactory();
        var forge = new TokenForge(TestKeys.First, ApiFactory.Issuer, api.Time.Now, TimeSpan.FromHours(1));
        using var before = await api.GetAsync("/user/me", forge.Sign());
        await RevokeAsync(api, TestKeys.First);
        api.Time.Now += api.Services.GetRequiredService<KeyOptions>().KeyCacheAge;

        using var after = await api.GetAsync("/user/me", forge.Sign());
        using var again = await api.GetAsync("/admin/keys", forge.Sign());
        using var fresh = await api.GetAsync(
            "/user/me", forge.Sign(key: TestKeys.Foreign, header: header => header["kid"] = TestKeys.Foreign.Kid));

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        Assert.All([after, again], response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
        Assert.Equal(BadTokens.Challenge("revoked key"), after.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.OK, fresh.StatusCode);
    }

    [Fact]
    public async Task Addresses_in_a_token_are_not_requested()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = $"http://{listener.LocalEndpoint}/keys";

        foreach (var name in (string[])["jku", "x5u", "kid"])
        {
            using var unknown = await server.Api.GetAsync("/user/me", server.Forge.Sign(key: TestKeys.Foreign, header: header =>
            {
                header["kid"] = TestKeys.Foreign.Kid;
                header[name] = address;
            }));
            Assert.Equal(HttpStatusCode.Unauthorized, unknown.StatusCode);
        }

        using var issuer = await server.Api.GetAsync("/user/me", server.Forge.Sign(payload => payload["iss"] = address));
        Assert.Equal(HttpStatusCode.Unauthorized, issuer.StatusCode);
        Assert.False(listener.Pending());
    }

    private static async Task RevokeAsync(ApiFactory api, SigningKey key)
    {
        var ring = await api.Services.GetRequiredService<KeyRingCache>().GetAsync(default);
        var path = Path.Combine(api.Services.GetRequiredService<AuthorizationServerOptions>().DataDirectory, "signing-keys.json");
        await File.WriteAllBytesAsync(path, KeyRingDocument.Write(ring.Revoke(key.Kid, TestKeys.Foreign, api.Time.Now).Keys));
    }

    private async Task AssertForbiddenAsync(string token)
    {
        foreach (var (path, scope) in Paths.Zip(["USER", "ADMIN"]))
        {
            using var response = await server.Api.GetAsync(path, token);

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
            Assert.Equal($"Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"{scope}\"", response.Headers.WwwAuthenticate.ToString());
        }
    }
}
