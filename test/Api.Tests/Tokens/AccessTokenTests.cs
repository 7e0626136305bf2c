using System.Collections.Immutable;
using System.IdentityModel.Tokens.Jwt;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Tokens;

/// <summary>Access tokens as somebody else sees them: verified by another implementation, from the published key set alone.</summary>
public sealed class AccessTokenTests : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("JWT")]
    [InlineData("at+jwt")]
    public async Task Token_verifies_from_the_published_keys(string type)
    {
        _api.Set("AccessTokenType", type);
        var token = await _api.GetTokenAsync("USER ADMIN");

        var verified = await VerifyAsync(token, type);

        Assert.Equal(["alg", "kid", "typ"], verified.Header.Keys.Order());
        Assert.Equal("RS256", verified.Header.Alg);
        Assert.Equal(type, verified.Header.Typ);
        Assert.Equal(TestKeys.First.Kid, verified.Header.Kid);
    }

    [Fact]
    public async Task Claims_are_those_of_RFC_9068()
    {
        var payload = Payload(await _api.GetTokenAsync("USER ADMIN"));

        Assert.Equal(
            ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"],
            payload.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(ApiFactory.Issuer, payload.GetProperty("iss").GetString());
        Assert.Equal("api", payload.GetProperty("aud").GetString());
        Assert.Equal(payload.GetProperty("client_id").GetString(), payload.GetProperty("sub").GetString());
        Assert.Equal("USER ADMIN", payload.GetProperty("scope").GetString());
        Assert.Equal(_api.Time.Now.ToUnixTimeSeconds(), payload.GetProperty("iat").GetInt64());
        Assert.Equal(_api.Time.Now.ToUnixTimeSeconds() + 3600, payload.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task Two_tokens_of_one_second_differ()
    {
        var tokens = new[] { await _api.GetTokenAsync("USER"), await _api.GetTokenAsync("USER") };

        Assert.Equal(2, tokens.Select(token => Payload(token).GetProperty("jti").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Client_has_claims_and_a_lifetime_of_its_own()
    {
        var claims = JsonSerializer.Deserialize<ImmutableSortedDictionary<string, JsonElement>>(
            """{"tenant":"nord","limits":{"daily":10,"burst":1.5},"roles":["a"],"beta":true,"parent":null,"big":9007199254740993}""")!;

        var payload = Payload(await _api.GetTokenAsync(
            "USER", client => client with { Claims = claims, AccessTokenLifetime = TimeSpan.FromMinutes(5) }));

        Assert.Equal(payload.GetProperty("iat").GetInt64() + 300, payload.GetProperty("exp").GetInt64());
        Assert.All(claims, claim => Assert.Equal(claim.Value.GetRawText(), payload.GetProperty(claim.Key).GetRawText()));
    }

    [Fact]
    public async Task Claim_of_a_client_never_replaces_one_of_the_servers()
    {
        // No store keeps such a client; were there one all the same, its token would not lie.
        var claims = ImmutableSortedDictionary<string, JsonElement>.Empty.Add("scope", JsonSerializer.SerializeToElement("ADMIN"));
        var issuer = _api.Services.GetService(typeof(Api.Tokens.AccessTokenIssuer)) as Api.Tokens.AccessTokenIssuer;

        var response = await issuer!.IssueAsync(
            new() { ClientId = "c", ClientName = "c", Scopes = ["USER"], Claims = claims, CreatedAt = default }, ["USER"], default);

        Assert.Equal("USER", Payload(response.Response.AccessToken).GetProperty("scope").GetString());
    }

    [Fact]
    public async Task Settings_reach_the_token()
    {
        _api.Set("Audience", "https://orders.example").Set("AccessTokenLifetime", "00:10:00");

        var payload = Payload(await _api.GetTokenAsync("USER"));

        Assert.Equal("https://orders.example", payload.GetProperty("aud").GetString());
        Assert.Equal(600, payload.GetProperty("exp").GetInt64() - payload.GetProperty("iat").GetInt64());
    }

    private async Task<JwtSecurityToken> VerifyAsync(string token, string type)
    {
        using var response = await _api.GetAsync("/.well-known/jwks.json");
        var keys = new JsonWebKeySet(await response.Content.ReadAsStringAsync());

        var result = await new JwtSecurityTokenHandler().ValidateTokenAsync(
            token,
            new()
            {
                IssuerSigningKeys = keys.GetSigningKeys(),
                ValidAlgorithms = ["RS256"],
                ValidTypes = [type],
                ValidIssuer = ApiFactory.Issuer,
                ValidAudience = "api",
                LifetimeValidator = (_, expires, _, _) => expires > _api.Time.Now.UtcDateTime,
            });

        Assert.True(result.IsValid, result.Exception?.ToString());

        return (JwtSecurityToken)result.SecurityToken;
    }

    private static JsonElement Payload(string token) =>
        JsonSerializer.Deserialize<JsonElement>(Base64UrlEncoder.DecodeBytes(token.Split('.')[1]));
}
