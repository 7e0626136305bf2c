using System.Security.Cryptography;
using System.Text;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>ID tokens (OpenID Connect Core 1.0 §2) and the userinfo endpoint (§5.3).</summary>
public sealed class IdTokenTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Is_signed_with_the_published_key_for_the_client()
    {
        var tokens = await _app.GetTokensAsync();

        var token = tokens.GetProperty("id_token").GetString()!;
        using var keys = await _app.Api.GetAsync("/.well-known/jwks.json");
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new()
        {
            ValidIssuer = ApiFactory.Issuer,
            ValidAudience = "app",
            ValidAlgorithms = ["RS256"],
            IssuerSigningKeys = new JsonWebKeySet(await keys.Content.ReadAsStringAsync()).GetSigningKeys(),
            LifetimeValidator = (_, expires, _, _) => expires > _app.Api.Time.Now.UtcDateTime,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
    }

    [Fact]
    public async Task Has_the_claims_of_the_sign_in_and_of_the_scopes()
    {
        var tokens = await _app.GetTokensAsync();

        var claims = ClaimsOf(tokens.GetProperty("id_token").GetString()!);
        Assert.Equal(
            [
                "amr", "at_hash", "aud", "auth_time", "email", "email_verified", "exp", "iat", "iss", "name", "nonce",
                "preferred_username", "sid", "sub",
            ],
            claims.EnumerateObject().Select(claim => claim.Name).Order());
        Assert.Equal(
            (_app.Ann.Sub, "n1", _app.Session.Sid, "ann", "ann Example", "ann@example.com"),
            (Text("sub"), Text("nonce"), Text("sid"), Text("preferred_username"), Text("name"), Text("email")));
        Assert.False(claims.GetProperty("email_verified").GetBoolean());
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(tokens.GetProperty("access_token").GetString()!));
        Assert.Equal(Base64UrlEncoder.Encode(hash[..16]), Text("at_hash"));

        string Text(string name) => claims.GetProperty(name).GetString()!;
    }

    [Theory]
    [InlineData("openid", "sub")]
    [InlineData("openid profile", "name preferred_username sub")]
    [InlineData("openid email", "email email_verified sub")]
    public async Task Userinfo_has_the_claims_of_the_scopes(string scope, string names)
    {
        var tokens = await _app.GetTokensAsync(("scope", scope));

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            using var response = await _app.Api.SendAsync(
                method, "/oauth2/userinfo", null, ("Authorization", $"Bearer {tokens.GetProperty("access_token")}"));
            var claims = System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(await response.Content.ReadAsStringAsync());

            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            Assert.Equal(names.Split(' '), claims.EnumerateObject().Select(claim => claim.Name).Order());
            Assert.Equal(_app.Ann.Sub, claims.GetProperty("sub").GetString());
        }
    }

    [Fact]
    public async Task Userinfo_needs_an_access_token_with_openid()
    {
        var tokens = await _app.GetTokensAsync();
        var without = (await _app.GetTokensAsync(("scope", "USER"))).GetProperty("access_token").GetString();

        Assert.Equal(401, await StatusAsync(null));
        Assert.Equal(401, await StatusAsync(tokens.GetProperty("id_token").GetString()));
        Assert.Equal(403, await StatusAsync(without));
        Assert.Equal(403, await StatusAsync(await _app.Api.GetTokenAsync("USER")));
    }

    [Fact]
    public async Task Userinfo_of_a_disabled_user_is_refused()
    {
        var token = (await _app.GetTokensAsync()).GetProperty("access_token").GetString();
        await _app.Api.Services.GetRequiredService<UserStore>().ChangeAsync(_app.Ann, _app.Ann with { Enabled = false, Version = "2" }, default);

        using var response = await _app.Api.GetAsync("/oauth2/userinfo", token);

        Assert.Equal(401, (int)response.StatusCode);
        Assert.Contains("invalid_token", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administrator_is_refused_when_the_user_is_demoted_disabled_or_removed()
    {
        var users = _app.Api.Services.GetRequiredService<UserStore>();
        var boss = await _app.AddUserAsync("boss", "USER ADMIN");
        var (_, cookie) = await _app.SignInAsync(boss);
        using var response = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("scope", "ADMIN")))}", cookie);
        var token = (await _app.RedeemAsync(ReadAnswer(response)["code"])).Body.GetProperty("access_token").GetString();

        Assert.Equal(200, await StatusAsync(token, "/admin/clients"));
        var demoted = await ChangeAsync(boss, boss with { Scopes = ["USER"], Version = "2" });
        Assert.Equal(403, await StatusAsync(token, "/admin/clients"));
        var disabled = await ChangeAsync(demoted, boss with { Enabled = false, Version = "3" });
        Assert.Equal(401, await StatusAsync(token, "/admin/clients"));
        Assert.True(await users.RemoveAsync(disabled, default));
        Assert.Equal(401, await StatusAsync(token, "/admin/clients"));

        async Task<User> ChangeAsync(User before, User after)
        {
            Assert.True(await users.ChangeAsync(before, after, default));

            return after;
        }
    }

    private async Task<int> StatusAsync(string? token, string path = "/oauth2/userinfo")
    {
        using var response = await _app.Api.GetAsync(path, token);

        return (int)response.StatusCode;
    }
}
