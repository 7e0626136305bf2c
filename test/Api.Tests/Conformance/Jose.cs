using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Api.Tests.Attacks;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>Access tokens and client assertions as signed texts (RFC 7515), and their algorithms (RFC 7518).</summary>
[Collection(SharedServer.Name)]
public sealed class Jose(Server server)
{
    [Statement("RFC 7515 §3.1",
        Given = "a token", When = "it is read", Then = "it has three parts in base64url without padding, separated by dots")]
    public async Task Token_is_compact() =>
        Assert.Matches("^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+$", await server.TokenAsync());

    [Statement("RFC 7515 §4", Given = "an assertion", When = "a header member occurs twice", Then = "it is refused")]
    public async Task Header_member_occurs_once() => Assert.Equal(
        (401, "invalid_client"), (await server.AskWithAsync(server.Keys.Forge().SignWith(header: "\"alg\":\"RS256\","))).Outcome);

    [Statement("RFC 7515 §4.1.1", Given = "a token", When = "its header is read", Then = "alg is present and is RS256")]
    public async Task Token_has_an_algorithm() =>
        Assert.Equal("RS256", Read(await server.TokenAsync(), 0).GetProperty("alg").GetString());

    [Statement("RFC 7515 §4.1.4",
        Given = "a token and the published keys", When = "kid is compared", Then = "it matches exactly one key")]
    public async Task Token_names_its_key() => Assert.Equal(
        (await server.KeyAsync()).GetProperty("kid").GetString(), Read(await server.TokenAsync(), 0).GetProperty("kid").GetString());

    [Statement("RFC 7515 §4.1.9", Given = "a token", When = "its header is read", Then = "typ is present")]
    public async Task Token_has_a_type() =>
        Assert.Equal("JWT", Read(await server.TokenAsync(), 0).GetProperty("typ").GetString());

    [Statement("RFC 7515 §4.1.11",
        Given = "an assertion", When = "its header has crit with an unknown extension", Then = "it is refused")]
    public async Task Unknown_extension_of_an_assertion_is_refused() =>
        Assert.Equal((401, "invalid_client"), (await server.AskWithAsync(
        server.Keys.Forge().Sign(header: header => (header["crit"], header["x"]) = (new JsonArray("x"), 1)))).Outcome);

    [Statement("RFC 7515 §4.1.11",
        Given = "a token", When = "its header has crit with an unknown extension", Then = "a protected route refuses it")]
    public async Task Unknown_extension_of_a_token_is_refused() => Assert.Equal(401, (await server.CallAsync(
        server.Forge.Sign(header: header => (header["crit"], header["x"]) = (new JsonArray("x"), 1)))).Status);

    [Statement("RFC 7515 §5.2",
        Given = "a token and the published key", When = "the signature of header, dot and claims is verified with plain RSA",
        Then = "it is valid")]
    public async Task Signature_is_that_of_the_published_key()
    {
        var token = await server.TokenAsync();
        var key = await server.KeyAsync();
        using var rsa = RSA.Create(new RSAParameters
        {
            Modulus = Base64UrlEncoder.DecodeBytes(key.GetProperty("n").GetString()),
            Exponent = Base64UrlEncoder.DecodeBytes(key.GetProperty("e").GetString()),
        });
        var (content, signature) = (token[..token.LastIndexOf('.')], token[(token.LastIndexOf('.') + 1)..]);

        Assert.True(rsa.VerifyData(
            Encoding.ASCII.GetBytes(content), Base64UrlEncoder.DecodeBytes(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    [Statement("RFC 7515 §5.2",
        Given = "a token", When = "header, claims or signature are modified, or a part is missing",
        Then = "a protected route refuses it")]
    public async Task Changed_token_is_refused()
    {
        foreach (var change in new[] { "header changed", "payload changed", "signature cut", "signature of one byte", "two parts" })
        {
            Assert.Equal(401, (await server.CallAsync(BadTokens.All[change](server.Forge))).Status);
        }
    }

    [Statement("RFC 7518 §3.1", Given = "a client's RSA key", When = "it signs with RS256", Then = "the assertion is accepted")]
    public async Task Rs256_is_accepted() => Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge().Sign())).Status);

    [Statement("RFC 7518 §3.3",
        Given = "the published key", When = "the modulus is measured", Then = "it has at least 2048 bits")]
    public async Task Published_key_is_large_enough() =>
        Assert.InRange(Base64UrlEncoder.DecodeBytes((await server.KeyAsync()).GetProperty("n").GetString()).Length, 256, 512);

    [Statement("RFC 7518 §3.3", Given = "a client's RSA key of 1024 bits", When = "it is registered", Then = "it is refused")]
    public async Task Small_key_is_refused() =>
        Assert.Equal(400, (await server.RegisterKeysAsync(ClientKeyPair.Rsa(1024).Jwk())).Status);

    [Statement("RFC 7518 §3.4",
        Given = "a client's P-256 key", When = "it signs with ES256, with R and S as 64 bytes",
        Then = "the assertion is accepted")]
    public async Task Es256_is_accepted() =>
        Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge("ec", "ES256").Sign())).Status);

    [Statement("RFC 7518 §3.4",
        Given = "a client's P-256 key", When = "its signature is encoded as ASN.1", Then = "the assertion is refused")]
    public async Task Es256_in_asn1_is_refused()
    {
        var parts = server.Keys.Forge("ec", "ES256").Sign().Split('.');
        var raw = Base64UrlEncoder.DecodeBytes(parts[2]);
        var writer = new AsnWriter(AsnEncodingRules.DER);

        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(raw.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(raw.AsSpan(32), isUnsigned: true, isBigEndian: true));
        }

        Assert.Equal(
            401, (await server.AskWithAsync($"{parts[0]}.{parts[1]}.{Base64UrlEncoder.Encode(writer.Encode())}")).Status);
    }

    [Statement("RFC 7518 §3.5",
        Given = "a client's RSA key", When = "it signs with PS256, with a salt as long as the hash",
        Then = "the assertion is accepted")]
    public async Task Ps256_is_accepted() =>
        Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge("rsa", "PS256").Sign())).Status);

    [Statement("RFC 7518 §3.6", Given = "a token or an assertion", When = "alg is none", Then = "it is refused")]
    public async Task None_is_refused()
    {
        Assert.Equal(401, (await server.CallAsync(BadTokens.All["alg none, no signature"](server.Forge))).Status);
        Assert.Equal(401, (await server.AskWithAsync(server.Keys.Forge().Unsigned("none") + "AAAA")).Status);
    }

    [Statement("RFC 7518 §6.2.1.2",
        Given = "a client's P-256 key", When = "a coordinate is shorter than 32 bytes", Then = "it is refused")]
    public async Task Short_coordinate_is_refused() => Assert.Equal(
        400, (await server.RegisterKeysAsync(new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = "AAAA", ["y"] = "AAAA" })).Status);

    [Statement("RFC 7518 §6.3.1.1",
        Given = "the published key", When = "n is read",
        Then = "it is base64url without padding and has no leading zero byte")]
    public async Task Modulus_has_no_zero_in_front()
    {
        var n = (await server.KeyAsync()).GetProperty("n").GetString()!;

        Assert.Matches("^[A-Za-z0-9_-]+$", n);
        Assert.NotEqual(0, Base64UrlEncoder.DecodeBytes(n)[0]);
    }

    [Statement("RFC 7518 §6.3.1.2", Given = "the published key", When = "e is read", Then = "it is AQAB, the exponent 65537")]
    public async Task Exponent_is_65537() => Assert.Equal("AQAB", (await server.KeyAsync()).GetProperty("e").GetString());
}
