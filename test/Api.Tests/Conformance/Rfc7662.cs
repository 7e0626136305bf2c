using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Api.OAuth;
using Api.Sessions;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Conformance;

/// <summary>The introspection of tokens.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc7662(SignInApp app)
{
    private const string Inactive = """{"active":false}""";

    [Statement("RFC 7662 §2", Given = "the metadata", When = "it is read", Then = "introspection_endpoint is an https URL")]
    public async Task Endpoint_is_published()
    {
        using var metadata = await app.Api.GetAsync("/.well-known/oauth-authorization-server");

        Assert.Contains(
            $"\"introspection_endpoint\":\"{ApiFactory.Issuer}/oauth2/introspect\"",
            await metadata.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Statement("RFC 7662 §2.1",
        Given = "a request", When = "the client does not authenticate, or is public", Then = "the error is invalid_client with 401")]
    public async Task Caller_is_authorized()
    {
        var token = (await app.StayAsync()).AccessToken;

        foreach (var client in new[] { "web", "staying", "nobody" })
        {
            var (status, body) = await app.SendAsync("/oauth2/introspect", new() { ["client_id"] = client, ["token"] = token });
            Assert.Equal((401, "invalid_client"), (status, body.GetProperty("error").GetString()));
        }
    }

    [Statement("RFC 7662 §2.1", Given = "an introspection request", When = "it has no token", Then = "the error is invalid_request")]
    public async Task Token_is_required()
    {
        var (status, body) = await IntrospectAsync(null);

        Assert.Equal((400, "invalid_request"), (status, body.GetProperty("error").GetString()));
    }

    [Statement("RFC 7662 §2.1", Given = "a token", When = "token_type_hint is wrong", Then = "the token is found")]
    public async Task Hint_is_only_a_hint()
    {
        var (_, body) = await IntrospectAsync((await app.StayAsync()).AccessToken, ("token_type_hint", "refresh_token"));

        Assert.True(body.GetProperty("active").GetBoolean());
    }

    [Statement("RFC 7662 §2.2",
        Given = "an access token of a user", When = "it is active", Then = "the response has its claims, the token type and, with the scope profile, the user name")]
    public async Task Active_access_token_is_described()
    {
        var token = (await app.GetTokensAsync(("client_id", "staying"), ("scope", "openid profile USER"))).GetProperty("access_token").GetString()!;

        var (status, body) = await IntrospectAsync(token);

        Assert.Equal(200, status);
        var described = body.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.ToString());
        Assert.Equal(("True", "Bearer", "ann"), (described["active"], described["token_type"], described["username"]));
        Assert.All(SignInApp.ClaimsOf(token).EnumerateObject(), claim => Assert.Equal(claim.Value.ToString(), described[claim.Name]));
    }

    [Statement("RFC 7662 §2.2",
        Given = "an access token that a client got for itself", When = "it is active", Then = "the response has its claims")]
    public async Task Token_of_a_program_is_described()
    {
        using var response = await app.Api.PostTokenAsync("described", await app.Api.AddClientAsync("described", "USER"));
        var tokens = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

        var (_, body) = await IntrospectAsync(tokens.GetProperty("access_token").GetString());

        Assert.Equal(("described", "USER"), (body.GetProperty("sub").GetString(), body.GetProperty("scope").GetString()));
        Assert.False(body.TryGetProperty("username", out _));
    }

    [Statement("RFC 7662 §2.2",
        Given = "an access token", When = "its own claims have the names of members of the response", Then = "the members are those of the server")]
    public async Task Own_claims_replace_no_member()
    {
        using var other = new SignInApp();
        await other.InitializeAsync();
        using var claims = JsonDocument.Parse("""{"active":false,"username":"root","token_type":"none"}""");
        var bob = await other.AddUserAsync("bob", "USER", user => user with
        {
            Claims = claims.RootElement.EnumerateObject().ToImmutableSortedDictionary(claim => claim.Name, claim => claim.Value),
        });
        var (_, cookie) = await other.SignInAsync(bob);
        using var authorized = await other.BrowseAsync($"/oauth2/authorize?{SignInApp.Encode(SignInApp.Request())}", cookie);
        var (_, tokens) = await other.RedeemAsync(SignInApp.ReadAnswer(authorized)["code"]);

        var (_, body) = await other.SendAsync(
            "/oauth2/introspect", FormOf(tokens.GetProperty("access_token").GetString(), other.Secret));

        Assert.Equal(
            ["active: True", "token_type: Bearer", "username: bob"],
            body.EnumerateObject().Take(3).Select(member => $"{member.Name}: {member.Value}"));
        Assert.Equal(body.EnumerateObject().Count(), body.EnumerateObject().DistinctBy(member => member.Name).Count());
    }

    [Statement("RFC 7662 §2.2",
        Given = "a token of a user", When = "its scope has no profile", Then = "the response has no user name")]
    public async Task User_name_is_told_only_with_the_scope_profile()
    {
        var secret = await app.Api.AddClientAsync("curious", "USER", client => SignInApp.SignsIn(client) with
        {
            AuthenticationMethod = null, GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        });

        foreach (var (scope, userName) in new[] { ("openid USER", null), ("openid email USER", null), ("openid profile USER", "ann") })
        {
            var code = await app.GetCodeAsync(("client_id", "curious"), ("scope", scope));
            var (_, tokens) = await app.RedeemAsync(code, ("client_id", "curious"), ("client_secret", secret));

            foreach (var kind in new[] { "access_token", "refresh_token" })
            {
                var (_, body) = await IntrospectAsync(tokens.GetProperty(kind).GetString(), ("client_id", "curious"), ("client_secret", secret));
                Assert.True(body.GetProperty("active").GetBoolean());
                Assert.Equal(userName, body.TryGetProperty("username", out var told) ? told.GetString() : null);
            }
        }
    }

    [Statement("RFC 7662 §2.2",
        Given = "a refresh token", When = "its client introspects it, and another client does", Then = "it is active for its client only")]
    public async Task Refresh_token_is_described_to_its_client()
    {
        var secret = await app.Api.AddClientAsync("staying-web", "USER", client => SignInApp.SignsIn(client) with
        {
            AuthenticationMethod = null,
            GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        });
        var code = await app.GetCodeAsync(("client_id", "staying-web"), ("scope", "openid USER"));
        var (_, tokens) = await app.RedeemAsync(code, ("client_id", "staying-web"), ("client_secret", secret));
        var token = tokens.GetProperty("refresh_token").GetString();

        var (_, own) = await IntrospectAsync(token, ("client_id", "staying-web"), ("client_secret", secret));
        var (_, other) = await IntrospectAsync(token);

        Assert.True(own.GetProperty("active").GetBoolean());
        Assert.Equal("openid USER", own.GetProperty("scope").GetString());
        Assert.Equal(Inactive, other.GetRawText());
    }

    [Statement("RFC 7662 §2.2",
        Given = "a token that is unknown, damaged, revoked, or an ID token", When = "it is introspected", Then = "the response is active: false alone")]
    public async Task Inactive_token_is_not_described()
    {
        var tokens = await app.StayAsync();
        await app.SendAsync("/oauth2/revoke", new() { ["client_id"] = "staying", ["token"] = tokens.RefreshToken });
        var other = await app.StayAsync();

        foreach (var token in new[] { "unknown", tokens.AccessToken, tokens.RefreshToken, other.AccessToken[..^3] + "AAA", other.IdToken, new('a', 12_000) })
        {
            var (status, body) = await IntrospectAsync(token);
            Assert.Equal((200, Inactive), (status, body.GetRawText()));
        }
    }

    [Statement("RFC 7662 §4", Given = "an access token", When = "it has expired", Then = "it is not active")]
    public async Task Expired_token_is_inactive()
    {
        using var late = new SignInApp();
        await late.InitializeAsync();
        var token = (await late.StayAsync()).AccessToken;
        late.Api.Time.Now = late.Api.Time.Now.AddMinutes(10);

        var (_, body) = await late.SendAsync("/oauth2/introspect", FormOf(token, late.Secret));

        Assert.Equal(Inactive, body.GetRawText());
    }

    [Statement("RFC 7662 §4",
        Given = "an access token whose session, user or client has ended", When = "it is introspected", Then = "it is not active")]
    public async Task Token_of_an_ended_session_is_inactive()
    {
        using var other = new SignInApp();
        await other.InitializeAsync();
        var token = (await other.StayAsync()).AccessToken;
        var (_, before) = await other.SendAsync("/oauth2/introspect", FormOf(token, other.Secret));
        await other.Api.Services.GetRequiredService<SessionStore>().EndAsync(other.Session, default);

        var (_, after) = await other.SendAsync("/oauth2/introspect", FormOf(token, other.Secret));

        Assert.True(before.GetProperty("active").GetBoolean());
        Assert.Equal(Inactive, after.GetRawText());
    }

    [Statement("RFC 7662 §4", Given = "a response", When = "it is sent", Then = "no cache may store it")]
    public async Task Response_is_not_cached()
    {
        using var response = await app.Api.SendAsync(
            HttpMethod.Post, "/oauth2/introspect", new FormUrlEncodedContent(FormOf("unknown", app.Secret)!));

        Assert.Equal((HttpStatusCode.OK, "no-store"), (response.StatusCode, response.Headers.CacheControl?.ToString()));
    }

    private Task<(int Status, JsonElement Body)> IntrospectAsync(string? token, params (string Name, string? Value)[] changes) =>
        app.SendAsync("/oauth2/introspect", FormOf(token, app.Secret), changes);

    private static Dictionary<string, string?> FormOf(string? token, string secret) =>
        new() { ["client_id"] = "web", ["client_secret"] = secret, ["token"] = token };
}
