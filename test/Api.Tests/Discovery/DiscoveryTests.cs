using System.Net;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Discovery;

/// <summary>Discovery (RFC 8414, OpenID Connect Discovery 1.0) and the key set (RFC 7517) through HTTP.</summary>
public sealed class DiscoveryTests : IDisposable
{
    private const string OpenId = "/.well-known/openid-configuration";
    private const string OAuth = "/.well-known/oauth-authorization-server";
    private const string Jwks = "/.well-known/jwks.json";

    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData(OpenId)]
    [InlineData(OAuth)]
    public async Task Metadata_tells_all_about_sign_in(string path)
    {
        using var response = await _api.GetAsync(path);

        AssertPublic(response);
        Assert.Equal(
            """
            {
              "issuer": "https://issuer.example",
              "token_endpoint": "https://issuer.example/oauth2/token",
              "jwks_uri": "https://issuer.example/.well-known/jwks.json",
              "scopes_supported": [ "openid", "profile", "email", "offline_access", "USER", "ADMIN" ],
              "response_types_supported": [ "code" ],
              "grant_types_supported": [ "client_credentials", "authorization_code", "refresh_token" ],
              "subject_types_supported": [ "public" ],
              "id_token_signing_alg_values_supported": [ "RS256" ],
              "token_endpoint_auth_methods_supported": [ "client_secret_basic", "client_secret_post", "private_key_jwt", "none" ],
              "token_endpoint_auth_signing_alg_values_supported": [ "RS256", "PS256", "ES256" ],
              "claims_supported": [ "iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "auth_time", "grant_id", "amr", "sid", "at_hash",
                "nonce", "name", "preferred_username", "email", "email_verified" ],
              "authorization_endpoint": "https://issuer.example/oauth2/authorize",
              "userinfo_endpoint": "https://issuer.example/oauth2/userinfo",
              "end_session_endpoint": "https://issuer.example/oauth2/logout",
              "revocation_endpoint": "https://issuer.example/oauth2/revoke",
              "revocation_endpoint_auth_methods_supported": [ "client_secret_basic", "client_secret_post", "private_key_jwt", "none" ],
              "revocation_endpoint_auth_signing_alg_values_supported": [ "RS256", "PS256", "ES256" ],
              "introspection_endpoint": "https://issuer.example/oauth2/introspect",
              "introspection_endpoint_auth_methods_supported": [ "client_secret_basic", "client_secret_post", "private_key_jwt" ],
              "introspection_endpoint_auth_signing_alg_values_supported": [ "RS256", "PS256", "ES256" ],
              "response_modes_supported": [ "query", "form_post" ],
              "code_challenge_methods_supported": [ "S256" ],
              "prompt_values_supported": [ "none", "login", "consent", "select_account" ],
              "authorization_response_iss_parameter_supported": true,
              "claims_parameter_supported": false,
              "request_parameter_supported": false,
              "request_uri_parameter_supported": false
            }
            """.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal),
            await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(OpenId)]
    [InlineData(OAuth)]
    public async Task Metadata_without_sign_in_has_exactly_the_members_that_verifiers_ask_for(string path)
    {
        using var response = await _api.Set("SignIn", "false").GetAsync(path);

        AssertPublic(response);
        Assert.Equal(
            """
            {
              "issuer": "https://issuer.example",
              "token_endpoint": "https://issuer.example/oauth2/token",
              "jwks_uri": "https://issuer.example/.well-known/jwks.json",
              "scopes_supported": [ "USER", "ADMIN" ],
              "response_types_supported": [ "token" ],
              "grant_types_supported": [ "client_credentials" ],
              "subject_types_supported": [ "public" ],
              "id_token_signing_alg_values_supported": [ "RS256" ],
              "token_endpoint_auth_methods_supported": [ "client_secret_basic", "client_secret_post", "private_key_jwt" ],
              "token_endpoint_auth_signing_alg_values_supported": [ "RS256", "PS256", "ES256" ],
              "claims_supported": [ "iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti" ]
            }
            """.ReplaceLineEndings("").Replace(" ", "", StringComparison.Ordinal),
            await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Key_set_has_the_published_keys_and_nothing_private()
    {
        using var response = await _api.GetAsync(Jwks);

        AssertPublic(response);
        var document = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal("keys", Assert.Single(document.EnumerateObject()).Name);
        var key = Assert.Single(document.GetProperty("keys").EnumerateArray());
        Assert.Equal(["kty", "use", "alg", "kid", "n", "e"], key.EnumerateObject().Select(member => member.Name));
        Assert.Equal("RSA", key.GetProperty("kty").GetString());
        Assert.Equal("sig", key.GetProperty("use").GetString());
        Assert.Equal("RS256", key.GetProperty("alg").GetString());
        Assert.Equal("AQAB", key.GetProperty("e").GetString());
        var modulus = key.GetProperty("n").GetString();
        Assert.Matches("^[A-Za-z0-9_-]+$", modulus);
        Assert.Equal(256, Base64UrlEncoder.DecodeBytes(modulus).Length);
        Assert.True(Base64UrlEncoder.DecodeBytes(modulus)[0] >= 0x80);
        Assert.Equal(new JsonWebKey(key.GetRawText()).ComputeJwkThumbprint(), Base64UrlEncoder.DecodeBytes(key.GetProperty("kid").GetString()));
    }

    [Theory]
    [InlineData(OpenId)]
    [InlineData(OAuth)]
    [InlineData(Jwks)]
    public async Task Unchanged_document_is_answered_with_304(string path)
    {
        using var first = await _api.GetAsync(path);
        var tag = first.Headers.ETag!.ToString();

        using var unchanged = await _api.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", tag));
        using var changed = await _api.SendAsync(HttpMethod.Get, path, null, ("If-None-Match", "\"other\""));

        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal(tag, unchanged.Headers.ETag?.ToString());
        Assert.Equal("public, max-age=300", unchanged.Headers.CacheControl?.ToString());
        Assert.Empty(await unchanged.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task Addresses_of_an_issuer_with_a_path_are_below_that_path()
    {
        _api.Set("Issuer", "https://issuer.example/auth");

        using var response = await _api.GetAsync("/auth" + OpenId);
        var metadata = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        using var keys = await _api.GetAsync(new Uri(metadata.GetProperty("jwks_uri").GetString()!).AbsolutePath);

        Assert.Equal("https://issuer.example/auth", metadata.GetProperty("issuer").GetString());
        Assert.Equal(HttpStatusCode.OK, keys.StatusCode);
    }

    [Theory]
    [InlineData(OpenId)]
    [InlineData(OAuth)]
    [InlineData(Jwks)]
    [InlineData("/health")]
    public async Task Other_method_is_answered_with_the_one_that_is_allowed(string path)
    {
        using var response = await _api.SendAsync(HttpMethod.Post, path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Health_is_open_to_everybody()
    {
        using var response = await _api.GetAsync("/health");

        Assert.Equal("{\"status\":\"ok\"}", await response.Content.ReadAsStringAsync());
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    private static void AssertPublic(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("public, max-age=300", response.Headers.CacheControl?.ToString());
        Assert.NotNull(response.Headers.ETag);
    }
}
