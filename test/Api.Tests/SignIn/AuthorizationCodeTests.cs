using System.Collections.Immutable;
using System.Text.Json;
using Api.Clients;
using Api.Sessions;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).</summary>
public sealed class AuthorizationCodeTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Code_is_redeemed_for_tokens_of_the_user()
    {
        var tokens = await _app.GetTokensAsync();

        Assert.Equal("openid profile email USER", tokens.GetProperty("scope").GetString());
        var access = ClaimsOf(tokens.GetProperty("access_token").GetString()!);
        Assert.Equal(
            (_app.Ann.Sub, "app", "api", "openid profile email USER", _app.Session.AuthenticatedAt.ToUnixTimeSeconds()),
            (Text(access, "sub"), Text(access, "client_id"), Text(access, "aud"), Text(access, "scope"), access.GetProperty("auth_time").GetInt64()));
        using var me = await _app.Api.GetAsync("/user/me", tokens.GetProperty("access_token").GetString());
        Assert.Equal(200, (int)me.StatusCode);
    }

    [Fact]
    public async Task Token_with_the_most_claims_fits_into_the_headers()
    {
        static ImmutableSortedDictionary<string, JsonElement> ClaimsOf(string name, int length) =>
            ImmutableSortedDictionary<string, JsonElement>.Empty.Add(
                name, JsonSerializer.SerializeToElement(new string('x', length - $$"""{"{{name}}":""}""".Length)));
        using var app = new SignInApp();
        await app.AddClientsAsync(client => client with { Claims = ClaimsOf("tenant", Client.MaximumClaimsLength) });
        var user = await app.AddUserAsync("bob", "USER", user => user with { Claims = ClaimsOf("team", User.MaximumClaimsLength) });
        var (_, cookie) = await app.SignInAsync(user);
        using var authorized = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}", cookie);

        var (_, tokens) = await app.RedeemAsync(ReadAnswer(authorized)["code"]);

        using var me = await app.Api.GetAsync("/user/me", Text(tokens, "access_token"));
        Assert.Equal(200, (int)me.StatusCode);
        Assert.InRange(Text(tokens, "access_token")!.Length, 8192, 9216);
    }

    [Fact]
    public async Task Confidential_client_authenticates()
    {
        var code = await _app.GetCodeAsync(("client_id", "web"));

        var (without, refusal) = await _app.RedeemAsync(code, ("client_id", "web"));
        var (wrong, _) = await _app.RedeemAsync(code, ("client_id", "web"), ("client_secret", "wrong"));
        var (status, _) = await _app.RedeemAsync(code, ("client_id", "web"), ("client_secret", _app.Secret));

        Assert.Equal((401, 401, 200), (without, wrong, status));
        Assert.Equal("invalid_client", Text(refusal, "error"));
    }

    [Theory]
    [InlineData("code", null, "invalid_request")]
    [InlineData("code", "unknown", "invalid_grant")]
    [InlineData("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_request")]
    [InlineData("redirect_uri", "https://app.example/callback/", "invalid_grant")]
    [InlineData("redirect_uri", "http://127.0.0.1/callback", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_grant")]
    [InlineData("code_verifier", "", "invalid_grant")]
    [InlineData("code_verifier", Challenge, "invalid_grant")]
    [InlineData("code_verifier", Verifier + "A", "invalid_grant")]
    [InlineData("client_id", "asking", "invalid_grant")]
    [InlineData("client_id", "nobody", "invalid_client")]
    [InlineData("client_id", "web", "invalid_client")]
    [InlineData("grant_type", "client_credentials", "unauthorized_client")]
    public async Task Invalid_request_does_not_use_the_code(string name, string? value, string error)
    {
        var code = await _app.GetCodeAsync();

        var (_, refusal) = await _app.RedeemAsync(code, (name, value));
        var (status, _) = await _app.RedeemAsync(code);

        Assert.Equal(error, Text(refusal, "error"));
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task Second_use_is_refused_and_logged()
    {
        var code = await _app.GetCodeAsync();
        await _app.RedeemAsync(code);

        var (status, refusal) = await _app.RedeemAsync(code);

        Assert.Equal((400, "invalid_grant"), (status, Text(refusal, "error")));
        Assert.Contains(_app.Api.Logs.Lines, line => line.Contains("The code was used before", StringComparison.Ordinal));
        Assert.DoesNotContain(_app.Api.Logs.Lines, line => line.Contains(code, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(59, 200)]
    [InlineData(60, 400)]
    public async Task Code_is_good_for_60_seconds(int age, int expected)
    {
        var code = await _app.GetCodeAsync();
        _app.Api.Time.Now += TimeSpan.FromSeconds(age);

        Assert.Equal(expected, (await _app.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task Code_ends_with_the_session()
    {
        var code = await _app.GetCodeAsync();
        await _app.Api.Services.GetRequiredService<SessionStore>().EndAsync(_app.Session, default);

        Assert.Equal("invalid_grant", Text((await _app.RedeemAsync(code)).Body, "error"));
    }

    [Fact]
    public async Task Disabled_or_removed_user_gets_no_token()
    {
        var users = _app.Api.Services.GetRequiredService<UserStore>();
        var code = await _app.GetCodeAsync();
        var disabled = _app.Ann with { Enabled = false, Version = "2" };
        Assert.True(await users.ChangeAsync(_app.Ann, disabled, default));
        Assert.Equal("invalid_grant", Text((await _app.RedeemAsync(code)).Body, "error"));

        Assert.True(await users.RemoveAsync(disabled, default));
        Assert.Equal("invalid_grant", Text((await _app.RedeemAsync(code)).Body, "error"));
    }

    [Theory]
    [InlineData("USER ADMIN", "USER")]
    [InlineData("ADMIN openid", "openid")]
    [InlineData("openid address phone USER", "openid USER")]
    [InlineData(null, "USER")]
    public async Task Scopes_are_those_of_request_client_and_user(string? requested, string granted) =>
        Assert.Equal(granted, Text(await _app.GetTokensAsync(("scope", requested)), "scope"));

    [Fact]
    public async Task Scope_that_the_user_lost_is_not_in_the_token()
    {
        var admin = await _app.AddUserAsync("boss", "USER ADMIN");
        var (_, cookie) = await _app.SignInAsync(admin);
        using var response = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("scope", "USER ADMIN")))}", cookie);
        await _app.Api.Services.GetRequiredService<UserStore>().ChangeAsync(admin, admin with { Scopes = ["USER"], Version = "2" }, default);

        var (_, tokens) = await _app.RedeemAsync(ReadAnswer(response)["code"]);

        Assert.Equal("USER", Text(tokens, "scope"));
        Assert.False(tokens.TryGetProperty("id_token", out _));
    }

    [Fact]
    public async Task Scope_that_the_client_or_the_server_lacks_is_not_in_the_token()
    {
        await _app.Api.AddClientAsync("small", "USER OLD", SignsIn);
        var (_, cookie) = await _app.SignInAsync(await _app.AddUserAsync("boss", "USER ADMIN OLD"));
        using var response = await _app.BrowseAsync(
            $"/oauth2/authorize?{Encode(Request(("client_id", "small"), ("scope", "USER ADMIN OLD")))}", cookie);

        var (_, tokens) = await _app.RedeemAsync(ReadAnswer(response)["code"], ("client_id", "small"));

        Assert.Equal("USER", Text(tokens, "scope"));
    }

    [Fact]
    public async Task Verifier_without_a_challenge_is_refused()
    {
        var secret = await _app.Api.AddClientAsync(
            "old", "USER", client => SignsIn(client) with { AuthenticationMethod = "client_secret_post", RequirePkce = false });
        var code = await _app.GetCodeAsync(("client_id", "old"), ("code_challenge", null), ("code_challenge_method", null));

        var (refused, _) = await _app.RedeemAsync(code, ("client_id", "old"), ("client_secret", secret));
        var (status, _) = await _app.RedeemAsync(code, ("client_id", "old"), ("client_secret", secret), ("code_verifier", null));

        Assert.Equal((400, 200), (refused, status));
    }

    [Fact]
    public async Task Loopback_redirect_uri_is_compared_with_its_port()
    {
        using var response = await _app.AuthorizeAsync(("redirect_uri", "http://127.0.0.1:51004/callback"));
        var code = ReadAnswer(response, "http://127.0.0.1:51004/callback")["code"];

        Assert.Equal(400, (await _app.RedeemAsync(code, ("redirect_uri", "http://127.0.0.1:51005/callback"))).Status);
        Assert.Equal(200, (await _app.RedeemAsync(code, ("redirect_uri", "http://127.0.0.1:51004/callback"))).Status);
    }

    [Fact]
    public async Task Claims_of_the_user_and_of_the_client_are_in_the_access_token()
    {
        await _app.Api.AddClientAsync("tenant", "USER", client => SignsIn(client) with { Claims = Claims("tenant", "north").AddRange(Claims("app", "a")) });
        var carl = await _app.AddUserAsync("carl", "USER", user => user with { Claims = Claims("tenant", "south").AddRange(Claims("desk", "7")) });
        var (_, cookie) = await _app.SignInAsync(carl);
        using var response = await _app.BrowseAsync($"/oauth2/authorize?{Encode(Request(("client_id", "tenant")))}", cookie);

        var (_, tokens) = await _app.RedeemAsync(ReadAnswer(response)["code"], ("client_id", "tenant"));

        var claims = ClaimsOf(Text(tokens, "access_token"));
        Assert.Equal(("south", "7", "a"), (Text(claims, "tenant"), Text(claims, "desk"), Text(claims, "app")));
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, JsonElement> Claims(string name, string value) =>
        System.Collections.Immutable.ImmutableSortedDictionary<string, JsonElement>.Empty.Add(name, JsonSerializer.SerializeToElement(value));

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
