using System.Text;
using Api.Tests.Support;

namespace Api.Tests.Lambda;

/// <summary>The built app, invoked by an HTTP API.</summary>
public sealed class LambdaApiTests(LambdaApi api) : IClassFixture<LambdaApi>
{
    private const string TokenPath = "/oauth2/token";
    private const string Form = "application/x-www-form-urlencoded";

    [Theory]
    [InlineData("/.well-known/openid-configuration")]
    [InlineData("/.well-known/oauth-authorization-server")]
    public async Task Metadata_names_the_issuer_and_not_the_host(string path)
    {
        var response = await api.SendAsync(GatewayRequest.Get(path));

        Assert.Equal(200, response.Status);
        Assert.Equal("application/json", response.Headers["content-type"]);
        Assert.Equal("public, max-age=300", response.Headers["cache-control"]);
        Assert.Equal(ApiFactory.Issuer, response.Json.GetProperty("issuer").GetString());
        Assert.Equal($"{ApiFactory.Issuer}/.well-known/jwks.json", response.Json.GetProperty("jwks_uri").GetString());
    }

    [Fact]
    public async Task Unchanged_key_set_is_answered_with_304_and_no_body()
    {
        var first = await api.SendAsync(GatewayRequest.Get("/.well-known/jwks.json"));

        var second = await api.SendAsync(
            GatewayRequest.Get("/.well-known/jwks.json", ("if-none-match", $"\"other\", {first.Headers["etag"]}")));

        Assert.Single(first.Json.GetProperty("keys").EnumerateArray());
        Assert.Equal(304, second.Status);
        Assert.Empty(second.Body);
        Assert.Equal(first.Headers["etag"], second.Headers["etag"]);
    }

    [Theory]
    [InlineData(Form, "grant_type=client_credentials", false)]
    [InlineData(Form, "grant_type=client_credentials", true)]
    [InlineData("application/json", """{"grant_type":"client_credentials"}""", false)]
    [InlineData("application/json; charset=utf-8", """{"grant_type":"client_credentials"}""", true)]
    public async Task Client_gets_a_token_that_opens_its_route(string contentType, string body, bool asBase64)
    {
        var response = await api.SendAsync(
            GatewayRequest.Post(TokenPath, contentType, body, ("authorization", Basic(api.Secret))) with { AsBase64 = asBase64 });

        Assert.Equal(200, response.Status);
        Assert.Equal("no-store", response.Headers["cache-control"]);
        var token = response.Json.GetProperty("access_token").GetString();
        var me = await api.SendAsync(GatewayRequest.Get("/user/me", ("authorization", $"Bearer {token}")));
        Assert.Equal(200, me.Status);
        Assert.Equal(LambdaApi.ClientId, me.Json.GetProperty("client_id").GetString());
    }

    [Fact]
    public async Task Wrong_secret_is_refused_with_a_challenge()
    {
        var response = await api.SendAsync(
            GatewayRequest.Post(TokenPath, Form, "grant_type=client_credentials", ("authorization", Basic("wrong"))));

        Assert.Equal(401, response.Status);
        Assert.StartsWith("Basic ", response.Headers["www-authenticate"], StringComparison.Ordinal);
        Assert.Equal("invalid_client", response.Json.GetProperty("error").GetString());
    }

    [Fact]
    public async Task Guarded_route_answers_401_without_a_token_and_403_without_the_scope()
    {
        var token = await api.GetTokenAsync();

        var none = await api.SendAsync(GatewayRequest.Get("/user/me"));
        var bad = await api.SendAsync(GatewayRequest.Get("/user/me", ("authorization", $"Bearer {token}x")));
        var other = await api.SendAsync(GatewayRequest.Get("/admin/keys", ("authorization", $"Bearer {token}")));

        Assert.Equal((401, "Bearer realm=\"api\""), (none.Status, none.Headers["www-authenticate"]));
        Assert.Equal(401, bad.Status);
        Assert.Contains("error=\"invalid_token\"", bad.Headers["www-authenticate"], StringComparison.Ordinal);
        Assert.Equal((403, "Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"ADMIN\""), (other.Status, other.Headers["www-authenticate"]));
    }

    [Fact]
    public async Task Claims_from_the_gateway_do_not_replace_a_token()
    {
        var claims = new { jwt = new { claims = new { sub = "service", scope = "USER ADMIN" }, scopes = new[] { "ADMIN" } } };

        var response = await api.SendAsync(GatewayRequest.Get("/admin/keys") with { Authorizer = claims });

        Assert.Equal(401, response.Status);
    }

    [Theory]
    [InlineData("GET", "/nowhere", 401)]
    [InlineData("GET", "/oauth2/token", 405)]
    [InlineData("DELETE", "/.well-known/jwks.json", 405)]
    public async Task Unknown_path_or_method_is_refused(string method, string path, int status)
    {
        var response = await api.SendAsync(new(method, path));

        Assert.Equal(status, response.Status);
        Assert.Equal(status is 405, response.Headers.ContainsKey("allow"));
    }

    [Fact]
    public async Task Unknown_path_is_404_with_a_token()
    {
        var token = await api.GetTokenAsync();

        var response = await api.SendAsync(GatewayRequest.Get("/nowhere", ("authorization", $"Bearer {token}")));

        Assert.Equal((404, "application/problem+json"), (response.Status, response.Headers["content-type"]));
    }

    [Theory]
    [InlineData("//user/me")]
    [InlineData("/user//me")]
    [InlineData("/user/me%00")]
    [InlineData("/user/me\0")]
    [InlineData("/user%2Fme")]
    [InlineData("/user/me/..%2fme")]
    public async Task Path_that_is_only_similar_to_a_route_is_404(string path)
    {
        var token = await api.GetTokenAsync();

        var response = await api.SendAsync(GatewayRequest.Get(path, ("authorization", $"Bearer {token}")));

        Assert.Equal(404, response.Status);
    }

    [Theory]
    [InlineData(16 * 1024, 400)]
    [InlineData((16 * 1024) + 1, 413)]
    public async Task Body_has_a_limit(int length, int status)
    {
        var response = await api.SendAsync(GatewayRequest.Post(TokenPath, Form, new('x', length)) with { AsBase64 = true });

        Assert.Equal(status, response.Status);
    }

    [Fact]
    public async Task Binary_bodies_are_received_and_sent()
    {
        byte[] noUtf8 = [.. "grant_type="u8, 0xff, 0xfe];

        var refused = await api.SendAsync(new("POST", TokenPath, ("content-type", Form)) { Body = noUtf8, AsBase64 = true });
        var icon = await api.SendAsync(GatewayRequest.Get("/swagger/favicon-32x32.png"));

        Assert.Equal("The body is not a valid form in UTF-8.", refused.Json.GetProperty("error_description").GetString());
        Assert.Equal((200, "image/png"), (icon.Status, icon.Headers["content-type"]));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], icon.Body[..4]);
    }

    private static string Basic(string secret) =>
        $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{LambdaApi.ClientId}:{secret}"))}";
}
