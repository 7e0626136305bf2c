using System.Text.Json.Nodes;
using Api.Tests.Attacks;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The known attacks on JWTs of RFC 8725, tried with tokens and assertions.</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc8725(Server server)
{
    private AssertionForge Assertions => server.Keys.Forge();

    [Statement("RFC 8725 §3.1",
        Given = "a token", When = "alg is not the server's algorithm, although the key supports it", Then = "it is refused")]
    public async Task Other_algorithm_of_a_token_is_refused() => await AssertRefusedAsync("RS384", "PS256");

    [Statement("RFC 8725 §3.1",
        Given = "a client's key with alg PS256", When = "it signs with RS256", Then = "the assertion is refused")]
    public async Task Key_is_for_its_algorithm()
    {
        Assert.Equal(401, (await server.AskWithAsync(server.Keys.Forge("ps256").Sign())).Status);
        Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge("ps256", "PS256").Sign())).Status);
    }

    [Statement("RFC 8725 §3.1",
        Given = "the published key", When = "it is used as an HS256 secret", Then = "the token is refused")]
    public async Task Public_key_is_no_secret_of_a_token() => await AssertRefusedAsync(
        "HS256 with the public key as PEM", "HS256 with the public key as DER", "HS256 with the modulus");

    [Statement("RFC 8725 §3.1",
        Given = "a client's public key", When = "it is used as an HS256 secret", Then = "the assertion is refused")]
    public async Task Public_key_is_no_secret_of_an_assertion() =>
        Assert.Equal(401, (await server.AskWithAsync(Assertions.Hmac(server.Keys.Rsa.PublicPem()))).Status);

    [Statement("RFC 8725 §3.2", Given = "a token", When = "alg is none in any case", Then = "it is refused")]
    public async Task None_in_any_case_is_refused() =>
        await AssertRefusedAsync("alg none, no signature", "alg None, no signature", "alg none, with a signature");

    [Statement("RFC 8725 §3.2",
        Given = "a client", When = "it signs with RS384, which the metadata does not list", Then = "the assertion is refused")]
    public async Task Algorithm_that_is_not_named_is_refused() =>
        Assert.Equal(401, (await server.AskWithAsync(Assertions.Sign(header: header => header["alg"] = "RS384"))).Status);

    [Statement("RFC 8725 §3.3",
        Given = "a token signed with an unknown key", When = "it has the kid of the published key", Then = "it is refused")]
    public async Task Name_of_a_key_proves_nothing() => await AssertRefusedAsync("another key under our kid");

    [Statement("RFC 8725 §3.4",
        Given = "a client's P-256 key", When = "its point is not on the curve", Then = "it is not registered")]
    public async Task Point_is_on_the_curve()
    {
        var jwk = ClientKeyPair.Ec().Jwk();
        jwk["y"] = (string?)ClientKeyPair.Ec().Jwk()["y"];

        Assert.Equal(400, (await server.RegisterKeysAsync(jwk)).Status);
    }

    [Statement("RFC 8725 §3.5", Given = "a symmetric key", When = "it is registered as a client's key", Then = "it is refused")]
    public async Task Symmetric_key_is_refused() => Assert.Equal(
        400, (await server.RegisterKeysAsync(new JsonObject { ["kty"] = "oct", ["k"] = Base64UrlEncoder.Encode(new byte[32]) })).Status);

    [Statement("RFC 8725 §3.7", Given = "an assertion", When = "its claims are not UTF-8", Then = "it is refused")]
    public async Task Claims_are_utf8()
    {
        var parts = Assertions.Sign().Split('.');
        var claims = Base64UrlEncoder.Encode([.. "{\"sub\":\""u8, 0xff, .. "\"}"u8]);

        Assert.Equal(401, (await server.AskWithAsync($"{parts[0]}.{claims}.{parts[2]}")).Status);
    }

    [Statement("RFC 8725 §3.8",
        Given = "a token", When = "iss is different, has an additional slash, or is missing", Then = "it is refused")]
    public async Task Other_issuer_is_refused() => await AssertRefusedAsync("other iss", "iss with slash", "iss missing");

    [Statement("RFC 8725 §3.8",
        Given = "two clients with keys", When = "one signs an assertion for the other", Then = "it is refused")]
    public async Task Key_belongs_to_the_client() =>
        Assert.Equal(401, (await server.AskWithAsync(Assertions.Sign(key: server.Keys.OtherRsa))).Status);

    [Statement("RFC 8725 §3.9", Given = "a token", When = "aud is different or missing", Then = "it is refused")]
    public async Task Other_audience_is_refused() => await AssertRefusedAsync("other aud", "aud missing", "aud as a list of others");

    [Statement("RFC 8725 §3.10",
        Given = "a token", When = "kid is a path, an SQL fragment, a number or missing", Then = "it is refused")]
    public async Task Kid_is_only_compared() =>
        await AssertRefusedAsync("kid with a path", "kid with a quote", "kid that is a number", "no kid, our key", "unknown kid, our key");

    [Statement("RFC 8725 §3.10",
        Given = "a token or an assertion with a key in its header", When = "it is signed with that key",
        Then = "it is refused")]
    public async Task Key_in_the_header_does_not_count()
    {
        await AssertRefusedAsync("jwk of its own");
        var stranger = ClientKeyPair.Rsa();

        Assert.Equal(401, (await server.AskWithAsync(
            Assertions.Sign(header: header => header["jwk"] = stranger.Jwk(), key: stranger))).Status);
    }

    [Statement("RFC 8725 §3.11",
        Given = "the default settings", When = "a token is read", Then = "typ identifies it as an access token", Holds = false,
        Because = "typ is JWT, which every gateway accepts. With the setting AccessTokenType=at+jwt, typ identifies an "
            + "access token, and no other type is accepted")]
    public async Task Type_is_general() => Assert.Equal("JWT", Read(await server.TokenAsync(), 0).GetProperty("typ").GetString());

    [Statement("RFC 8725 §3.11",
        Given = "the setting AccessTokenType=at+jwt", When = "a token of type JWT or without type is sent",
        Then = "it is refused")]
    public async Task Explicit_type_is_demanded()
    {
        Assert.Equal(401, (await server.CallAsync(server.Forge.Sign(), api: server.Typed)).Status);
        Assert.Equal(
            401, (await server.CallAsync(server.Forge.Sign(header: header => header.Remove("typ")), api: server.Typed)).Status);
        Assert.Equal(
            200,
            (await server.CallAsync(server.Forge.Sign(header: header => header["typ"] = "at+jwt"), api: server.Typed)).Status);
    }

    [Statement("RFC 8725 §3.12", Given = "an access token", When = "it is sent as a client assertion", Then = "it is refused")]
    public async Task Access_token_is_no_assertion() =>
        Assert.Equal(401, (await server.AskWithAsync(await server.TokenAsync())).Status);

    [Statement("RFC 8725 §3.12", Given = "a valid assertion", When = "it is sent as an access token", Then = "it is refused")]
    public async Task Assertion_is_no_access_token() => Assert.Equal(401, (await server.CallAsync(Assertions.Sign())).Status);

    private async Task AssertRefusedAsync(params string[] bad)
    {
        foreach (var what in bad)
        {
            Assert.Equal(401, (await server.CallAsync(BadTokens.All[what](server.Forge))).Status);
        }
    }
}
