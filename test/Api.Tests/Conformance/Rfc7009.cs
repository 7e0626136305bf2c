using System.Net;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Conformance;

/// <summary>The revocation of tokens.</summary>
[Collection(SharedSignIn.Name)]
public sealed class Rfc7009(SignInApp app)
{
    [Statement("RFC 7009 §2", Given = "the metadata", When = "it is read", Then = "revocation_endpoint is an https URL")]
    public async Task Endpoint_is_published()
    {
        using var metadata = await app.Api.GetAsync("/.well-known/oauth-authorization-server");

        Assert.Contains(
            $"\"revocation_endpoint\":\"{ApiFactory.Issuer}/oauth2/revoke\"", await metadata.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Statement("RFC 7009 §2", Given = "a refresh token", When = "its client revokes it", Then = "it cannot be used again")]
    public async Task Refresh_token_can_be_revoked()
    {
        var tokens = await app.StayAsync();

        Assert.Equal(200, (await RevokeAsync(tokens.RefreshToken)).Status);
        Assert.Equal(400, (await app.RefreshAsync(tokens.RefreshToken)).Status);
    }

    [Statement("RFC 7009 §2",
        Given = "an access token of a user", When = "its client revokes it", Then = "it is invalid where this server checks it")]
    public async Task Access_token_can_be_revoked()
    {
        var tokens = await app.StayAsync();

        Assert.Equal(200, (await RevokeAsync(tokens.AccessToken)).Status);
        using var userInfo = await app.Api.GetAsync("/oauth2/userinfo", tokens.AccessToken);
        Assert.Equal(HttpStatusCode.Unauthorized, userInfo.StatusCode);
    }

    [Statement("RFC 7009 §2",
        Given = "a token that a client got for itself", When = "it revokes it", Then = "the token is revoked", Holds = false,
        Because = "the error is unsupported_token_type. Such a token ends when the client is disabled, or expires")]
    public async Task Token_of_a_program_is_not_supported()
    {
        using var response = await app.Api.PostTokenAsync("programs", await app.Api.AddClientAsync("programs", "USER"));
        var token = (await AnswerAsync(response)).GetProperty("access_token").GetString()!;
        var secret = await app.Api.AddClientAsync("programs2", "USER");
        using var own = await app.Api.PostTokenAsync("programs2", secret);
        var ofSecond = (await AnswerAsync(own)).GetProperty("access_token").GetString()!;

        var (status, body) = await RevokeAsync(ofSecond, ("client_id", "programs2"), ("client_secret", secret));
        var (other, _) = await RevokeAsync(token, ("client_id", "programs2"), ("client_secret", secret));

        Assert.Equal((400, 400, "unsupported_token_type"), (status, other, body.GetProperty("error").GetString()));
    }

    [Statement("RFC 7009 §2.1",
        Given = "a confidential client", When = "it does not authenticate", Then = "the error is invalid_client")]
    public async Task Client_authenticates()
    {
        var (status, body) = await RevokeAsync((await app.StayAsync()).RefreshToken, ("client_id", "web"));

        Assert.Equal((401, "invalid_client"), (status, body.GetProperty("error").GetString()));
    }

    [Statement("RFC 7009 §2.1",
        Given = "a token of another client", When = "a client revokes it", Then = "the request is refused with an error, and the token works")]
    public async Task Token_of_another_client_is_refused()
    {
        var tokens = await app.StayAsync();

        var (status, body) = await RevokeAsync(tokens.RefreshToken, ("client_id", "staying2"));
        var (access, _) = await RevokeAsync(tokens.AccessToken, ("client_id", "staying2"));

        Assert.Equal((400, 400, "invalid_grant"), (status, access, body.GetProperty("error").GetString()));
        Assert.Equal(200, (await app.RefreshAsync(tokens.RefreshToken)).Status);
    }

    [Statement("RFC 7009 §2.1",
        Given = "a refresh token", When = "it is revoked", Then = "the access tokens of the same grant are invalid where this server checks them")]
    public async Task Access_tokens_end_with_the_refresh_token()
    {
        var tokens = await app.StayAsync();
        await RevokeAsync(tokens.RefreshToken);

        using var userInfo = await app.Api.GetAsync("/oauth2/userinfo", tokens.AccessToken);

        Assert.Equal(HttpStatusCode.Unauthorized, userInfo.StatusCode);
    }

    [Statement("RFC 7009 §2.1",
        Given = "an access token", When = "it is revoked", Then = "the refresh token of the same grant can be revoked too, and is")]
    public async Task Refresh_token_ends_with_the_access_token()
    {
        var tokens = await app.StayAsync();
        await RevokeAsync(tokens.AccessToken);

        Assert.Equal(400, (await app.RefreshAsync(tokens.RefreshToken)).Status);
    }

    [Statement("RFC 7009 §2.1",
        Given = "a token", When = "token_type_hint is wrong or unknown", Then = "the token is found and revoked")]
    public async Task Hint_is_only_a_hint()
    {
        foreach (var hint in new[] { "access_token", "unknown" })
        {
            var tokens = await app.StayAsync();

            Assert.Equal(200, (await RevokeAsync(tokens.RefreshToken, ("token_type_hint", hint))).Status);
            Assert.Equal(400, (await app.RefreshAsync(tokens.RefreshToken)).Status);
        }
    }

    [Statement("RFC 7009 §2.1", Given = "a revocation request", When = "it has no token", Then = "the error is invalid_request")]
    public async Task Token_is_required()
    {
        var (status, body) = await RevokeAsync("", ("token", null));

        Assert.Equal((400, "invalid_request"), (status, body.GetProperty("error").GetString()));
    }

    [Statement("RFC 7009 §2.1", Given = "the endpoint", When = "the method is GET", Then = "the request is refused")]
    public async Task Method_is_post()
    {
        using var response = await app.Api.GetAsync("/oauth2/revoke");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Statement("RFC 7009 §2.2",
        Given = "a token that is unknown, damaged, expired or already revoked", When = "it is revoked", Then = "the status is 200")]
    public async Task Unknown_token_is_no_error()
    {
        var tokens = await app.StayAsync();
        await RevokeAsync(tokens.RefreshToken);

        foreach (var token in new[] { "unknown", tokens.RefreshToken, tokens.AccessToken[..^5], new('a', 12_000) })
        {
            Assert.Equal(200, (await RevokeAsync(token)).Status);
        }
    }

    [Statement("RFC 7009 §5",
        Given = "a made-up refresh token with the ID of a real family", When = "it is revoked", Then = "the family does not end")]
    public async Task Made_up_token_ends_nothing()
    {
        var tokens = await app.StayAsync();
        var parts = tokens.RefreshToken.Split('.');

        Assert.Equal(200, (await RevokeAsync($"{parts[0]}.{parts[1]}.{new string('A', 43)}.{parts[3]}")).Status);
        Assert.Equal(200, (await app.RefreshAsync(tokens.RefreshToken)).Status);
    }

    private Task<(int Status, JsonElement Body)> RevokeAsync(string token, params (string Name, string? Value)[] changes) =>
        app.SendAsync("/oauth2/revoke", new() { ["client_id"] = "staying", ["token"] = token }, changes);

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
}
