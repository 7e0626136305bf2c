using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The published keys and the keys of clients as JWKs (RFC 7517), and their thumbprints (RFC 7638).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc7517(Server server)
{
    private const string Path = "/.well-known/jwks.json";

    [Statement("RFC 7517 §4",
        Given = "a client's key with an unknown member", When = "it is registered", Then = "the member is ignored")]
    public async Task Unknown_member_is_ignored()
    {
        var jwk = ClientKeyPair.Ec().Jwk();
        jwk["other"] = 1;

        Assert.Equal(201, (await server.RegisterKeysAsync(jwk)).Status);
    }

    [Statement("RFC 7517 §4.1", Given = "the published key", When = "it is read", Then = "kty is present and is RSA")]
    public async Task Key_has_a_type() => Assert.Equal("RSA", (await server.KeyAsync()).GetProperty("kty").GetString());

    [Statement("RFC 7517 §4.2", Given = "the published key", When = "it is read", Then = "use is sig")]
    public async Task Key_is_for_signatures() => Assert.Equal("sig", (await server.KeyAsync()).GetProperty("use").GetString());

    [Statement("RFC 7517 §4.2",
        Given = "a client's key with use enc", When = "it is registered",
        Then = "it is refused, because it is not for signatures")]
    public async Task Key_for_encryption_is_refused()
    {
        var jwk = ClientKeyPair.Ec().Jwk();
        jwk["use"] = "enc";

        Assert.Equal(400, (await server.RegisterKeysAsync(jwk)).Status);
    }

    [Statement("RFC 7517 §4.3", Given = "the published key", When = "it is read", Then = "it has use and no key_ops")]
    public async Task Key_has_no_operations() => Assert.DoesNotContain("key_ops", Names(await server.KeyAsync()));

    [Statement("RFC 7517 §4.4", Given = "the published key", When = "it is read", Then = "alg is RS256, as in the tokens")]
    public async Task Key_has_an_algorithm() => Assert.Equal("RS256", (await server.KeyAsync()).GetProperty("alg").GetString());

    [Statement("RFC 7517 §4.5",
        Given = "a server that has just rotated its keys", When = "the key set is read",
        Then = "the keys have different kids")]
    public async Task Kids_differ()
    {
        using var api = new ApiFactory();
        using var rotated = await api.SendAsync(
            HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {await api.GetTokenAsync("ADMIN")}"));

        var keys = (await server.CallAsync(null, Path, api)).Json.GetProperty("keys").EnumerateArray().ToArray();

        Assert.Equal(2, keys.Length);
        Assert.Distinct(keys.Select(key => key.GetProperty("kid").GetString()));
    }

    [Statement("RFC 7517 §4.5",
        Given = "two keys of a client with the same kid", When = "they are registered",
        Then = "they are refused, because each key needs its own kid")]
    public async Task Kids_of_a_client_differ() => Assert.Equal(
        400, (await server.RegisterKeysAsync(ClientKeyPair.Ec().Jwk("one"), ClientKeyPair.Ec().Jwk("one"))).Status);

    [Statement("RFC 7517 §5",
        Given = "the published key set", When = "it is read", Then = "it is an object whose member keys is an array")]
    public async Task Set_has_keys()
    {
        var set = (await server.CallAsync(null, Path)).Json;

        Assert.Equal(["keys"], Names(set));
        Assert.Equal(JsonValueKind.Array, set.GetProperty("keys").ValueKind);
    }

    [Statement("RFC 7517 §5",
        Given = "a client's key set with a key of an unknown type", When = "it is registered", Then = "that key is ignored",
        Holds = false, Because = "the registration is refused, so that the administrator notices the unusable key")]
    public async Task Unknown_kind_of_key_is_refused() => Assert.Equal(400, (await server.RegisterKeysAsync(
        ClientKeyPair.Ec().Jwk("one"), new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = "AAAA", ["kid"] = "two" })).Status);

    [Statement("RFC 7517 §8.5.2",
        Given = "the published key set", When = "its media type is read", Then = "it is application/jwk-set+json",
        Holds = false, Because = "it is application/json, which every verifier accepts")]
    public async Task Set_is_plain_json() => Assert.Equal("application/json", (await server.CallAsync(null, Path)).Type);

    [Statement("RFC 7517 §9.2", Given = "the published key set", When = "it is read", Then = "it contains no private value")]
    public async Task Nothing_private_is_published() =>
        Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], Names(await server.KeyAsync()));

    [Statement("RFC 7517 §9.2",
        Given = "a private key", When = "it is registered as a client's key",
        Then = "it is refused, and no part of it is shown")]
    public async Task Private_key_is_refused()
    {
        var jwk = ClientKeyPair.Ec().Jwk();
        jwk["d"] = new string('A', 43);
        var answer = await server.RegisterKeysAsync(jwk);

        Assert.Equal(400, answer.Status);
        Assert.DoesNotContain("AAAA", answer.Text, StringComparison.Ordinal);
    }

    [Statement("RFC 7638 §3.1",
        Given = "the published key", When = "its thumbprint is computed",
        Then = "kid is this thumbprint, a SHA-256 hash in base64url")]
    public async Task Kid_is_the_thumbprint()
    {
        var key = await server.KeyAsync();
        var text = $$"""{"e":"{{key.GetProperty("e")}}","kty":"RSA","n":"{{key.GetProperty("n")}}"}""";

        Assert.Equal(Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes(text))), key.GetProperty("kid").GetString());
    }

    [Statement("RFC 7638 §3.2.1",
        Given = "the published key, whose members alg and use are not part of the thumbprint",
        When = "another library computes its thumbprint", Then = "it is the same as kid")]
    public async Task Thumbprint_leaves_out_what_is_not_needed()
    {
        var key = JsonNode.Parse((await server.KeyAsync()).GetRawText())!.AsObject();
        key.Remove("alg");
        key.Remove("use");

        Assert.Equal((string?)key["kid"], Base64UrlEncoder.Encode(new JsonWebKey(key.ToJsonString()).ComputeJwkThumbprint()));
    }
}
