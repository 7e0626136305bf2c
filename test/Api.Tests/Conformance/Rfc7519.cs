using System.IdentityModel.Tokens.Jwt;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The claims of our tokens, and how a guarded route and the token endpoint read claims (RFC 7519).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc7519(Server server)
{
    [Statement("RFC 7519 §2",
        Given = "a token", When = "iat and exp are read", Then = "they are numbers, in whole seconds since 1970")]
    public async Task Times_are_numbers()
    {
        var claims = Read(await server.TokenAsync());

        Assert.Equal(server.Api.Time.Now.ToUnixTimeSeconds(), claims.GetProperty("iat").GetInt64());
        Assert.True(claims.GetProperty("exp").TryGetInt64(out _));
    }

    [Statement("RFC 7519 §2", Given = "an assertion", When = "exp is a number with a fraction", Then = "it is accepted")]
    public async Task Time_may_have_a_fraction()
    {
        var forge = server.Keys.Forge();

        Assert.Equal(200, (await server.AskWithAsync(forge.Sign(payload => payload["exp"] = forge.Now + 60.5))).Status);
    }

    [Statement("RFC 7519 §4", Given = "a token", When = "its claims are read", Then = "no name occurs twice")]
    public async Task Claims_of_a_token_differ_in_name() => Assert.Distinct(Names(Read(await server.TokenAsync())));

    [Statement("RFC 7519 §4", Given = "an assertion", When = "a claim occurs twice", Then = "it is refused")]
    public async Task Claims_of_an_assertion_differ_in_name() => Assert.Equal(
        (401, "invalid_client"), (await server.AskWithAsync(server.Keys.Forge().SignWith(payload: "\"sub\":\"rsa\","))).Outcome);

    [Statement("RFC 7519 §4", Given = "an assertion", When = "it has an unknown claim", Then = "the claim is ignored")]
    public async Task Unknown_claim_is_ignored() =>
        Assert.Equal(
            200, (await server.AskWithAsync(server.Keys.Forge().Sign(payload => payload["other"] = new JsonArray(1)))).Status);

    [Statement("RFC 7519 §4.1.1", Given = "a token", When = "iss is read", Then = "it is the published issuer")]
    public async Task Issuer_is_the_published_one() => Assert.Equal(
        (await server.MetadataAsync()).GetProperty("issuer").GetString(), Read(await server.TokenAsync()).GetProperty("iss").GetString());

    [Statement("RFC 7519 §4.1.2", Given = "two clients", When = "their tokens are read", Then = "sub is different")]
    public async Task Subject_tells_clients_apart() => Assert.NotEqual(
        Read(await server.TokenAsync()).GetProperty("sub").GetString(),
        Read((await server.AskAsync(client: "user"))["access_token"]!).GetProperty("sub").GetString());

    [Statement("RFC 7519 §4.1.3",
        Given = "a token for another audience, or for several others", When = "a protected route receives it",
        Then = "it is refused")]
    public async Task Token_for_somebody_else_is_refused()
    {
        Assert.Equal(401, (await server.CallAsync(server.Forge.Sign(payload => payload["aud"] = "other"))).Status);
        Assert.Equal(
            401,
            (await server.CallAsync(server.Forge.Sign(payload => payload["aud"] = new JsonArray("other", "another")))).Status);
    }

    [Statement("RFC 7519 §4.1.3",
        Given = "a token whose aud is a list that contains this audience", When = "a protected route receives it",
        Then = "it is accepted")]
    public async Task Token_for_several_is_accepted() =>
        Assert.Equal(
            200, (await server.CallAsync(server.Forge.Sign(payload => payload["aud"] = new JsonArray("other", "api")))).Status);

    [Statement("RFC 7519 §4.1.4",
        Given = "an expired token", When = "a protected route receives it",
        Then = "it is refused, after a leeway of at most one minute")]
    public async Task Expired_token_is_refused()
    {
        Assert.Equal(200, (await server.CallAsync(server.Forge.Sign(payload => payload["exp"] = server.Forge.Now - 59))).Status);
        Assert.Equal(401, (await server.CallAsync(server.Forge.Sign(payload => payload["exp"] = server.Forge.Now - 60))).Status);
    }

    [Statement("RFC 7519 §4.1.5",
        Given = "a token with nbf in the future", When = "a protected route receives it",
        Then = "it is refused, with a leeway of at most one minute")]
    public async Task Early_token_is_refused()
    {
        Assert.Equal(200, (await server.CallAsync(server.Forge.Sign(payload => payload["nbf"] = server.Forge.Now + 60))).Status);
        Assert.Equal(401, (await server.CallAsync(server.Forge.Sign(payload => payload["nbf"] = server.Forge.Now + 61))).Status);
    }

    [Statement("RFC 7519 §4.1.7",
        Given = "one client", When = "it gets two tokens in the same second", Then = "their jti are different")]
    public async Task Identifiers_differ() => Assert.NotEqual(
        Read(await server.TokenAsync()).GetProperty("jti").GetString(), Read(await server.TokenAsync()).GetProperty("jti").GetString());

    [Statement("RFC 7519 §5.1", Given = "an assertion", When = "typ is JWT in any case, or omitted", Then = "it is accepted")]
    public async Task Type_of_a_jwt_is_accepted()
    {
        Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge().Sign(header: header => header["typ"] = "jwt"))).Status);
        Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge().Sign())).Status);
    }

    [Statement("RFC 7519 §5.2",
        Given = "a token, which contains no nested token", When = "its header is read", Then = "it has no cty")]
    public async Task No_content_type() => Assert.Equal(["alg", "kid", "typ"], Names(Read(await server.TokenAsync(), 0)));

    [Statement("RFC 7519 §7.2",
        Given = "a token and the published keys", When = "another library verifies signature, issuer, audience and times",
        Then = "the token is valid")]
    public async Task Another_library_verifies_the_token()
    {
        var keys = new JsonWebKeySet((await server.CallAsync(null, "/.well-known/jwks.json")).Text);

        var result = await new JwtSecurityTokenHandler().ValidateTokenAsync(await server.TokenAsync(), new()
        {
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidIssuer = ApiFactory.Issuer,
            ValidAudience = "api",
            LifetimeValidator = (_, expires, _, _) => expires > server.Api.Time.Now.UtcDateTime,
        });

        Assert.True(result.IsValid, result.Exception?.ToString());
    }

    [Statement("RFC 7519 §7.2",
        Given = "a client_assertion", When = "it is not a JWT, or its parts are not JSON objects", Then = "it is refused")]
    public async Task Text_that_is_no_jwt_is_refused()
    {
        var forge = server.Keys.Forge();

        foreach (var text in new[] { "x", "a.b.c", "....", forge.SignText("[]", "[]"), forge.SignText("1", "{}") })
        {
            Assert.Equal((401, "invalid_client"), (await server.AskWithAsync(text)).Outcome);
        }
    }
}
