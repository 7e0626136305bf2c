using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Clients;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Clients;

/// <summary>Which keys clients may register to sign with, and which are refused (RFC 7517 §4, RFC 7518 §6).</summary>
public sealed class ClientKeyTests
{
    private static readonly ClientKeyPair Rsa = ClientKeyPair.Rsa();
    private static readonly ClientKeyPair Ec = ClientKeyPair.Ec();

    [Theory]
    [InlineData(null, "RS256 PS256")]
    [InlineData("RS256", "RS256")]
    [InlineData("PS256", "PS256")]
    public void Rsa_key_is_for_RS256_and_PS256_or_for_its_alg(string? alg, string algorithms) =>
        Assert.Equal(algorithms, string.Join(' ', Rsa.Public("one", alg).Algorithms));

    [Theory]
    [InlineData(null)]
    [InlineData("ES256")]
    public void Ec_key_is_for_ES256(string? alg) => Assert.Equal(["ES256"], Ec.Public("one", alg).Algorithms);

    [Fact]
    public void Public_members_are_kept_and_no_others()
    {
        var jwk = Rsa.Jwk("one", "RS256");
        (jwk["use"], jwk["key_ops"], jwk["other"]) = ("sig", new JsonArray("sign", "verify"), 1);

        var kept = ClientKey.Parse(JsonSerializer.SerializeToElement(jwk)).Jwk;

        Assert.Equal(new PublicJwk("RSA", "one", "sig", "RS256") { N = (string)jwk["n"]!, E = "AQAB" }, kept);
    }

    private static readonly Dictionary<string, (Func<JsonNode?> Make, string Reason)> Bad = new()
    {
        ["RSA of 1024 bits"] = (() => ClientKeyPair.Rsa(1024).Jwk(), "from 2048 to 8192 bits"),
        ["RSA of 2040 bits"] = (() => ClientKeyPair.Rsa(2040).Jwk(), "from 2048 to 8192 bits"),
        ["RSA of 8200 bits"] = (
            () => With(Rsa, "n", Base64UrlEncoder.Encode([0xff, .. new byte[1023], 1])),
            "from 2048 to 8192 bits"),
        ["RSA that only looks long"] = (
            () => With(Rsa, "n", Base64UrlEncoder.Encode([.. new byte[128], .. Modulus(1024)])),
            "starts with a zero"),
        ["e is 1"] = (() => With(Rsa, "e", "AQ"), "neither 65537 nor 3"),
        ["e is 2"] = (() => With(Rsa, "e", "Ag"), "neither 65537 nor 3"),
        ["e is 65536"] = (() => With(Rsa, "e", "AQAA"), "neither 65537 nor 3"),
        ["e is endless"] = (() => With(Rsa, "e", new string('f', 400)), "neither 65537 nor 3"),
        ["e is missing"] = (() => With(Rsa, "e", null), "lacks the member 'e'"),
        ["n is no base64url"] = (() => With(Rsa, "n", "a b"), "lacks the member 'n'"),
        ["n is empty"] = (() => With(Rsa, "n", ""), "lacks the member 'n'"),
        ["n is a space"] = (() => With(Rsa, "n", " "), "lacks the member 'n'"),
        ["n has a space within"] = (() => With(Rsa, "n", ((string)Rsa.Jwk()["n"]!).Insert(4, " ")), "lacks the member 'n'"),
        ["n has spaces within"] = (() => With(Rsa, "n", ((string)Rsa.Jwk()["n"]!).Insert(4, "    ")), "lacks the member 'n'"),
        ["n ends in a line break"] = (() => With(Rsa, "n", (string)Rsa.Jwk()["n"]! + "\n"), "lacks the member 'n'"),
        ["n has padding"] = (() => With(Rsa, "n", (string)Rsa.Jwk()["n"]! + "=="), "lacks the member 'n'"),
        ["n is a number"] = (() => With(Rsa, "n", 1), "lacks the member 'n'"),
        ["n is even"] = (() => With(Rsa, "n", Base64UrlEncoder.Encode([.. Modulus(2048)[..^1], 2])), "even"),
        ["oct"] = (() => new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" }, "private or symmetric"),
        ["oct without its key"] = (() => new JsonObject { ["kty"] = "oct" }, "kty other than"),
        ["OKP"] = (() => new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = "AAAA" }, "kty other than"),
        ["kty is missing"] = (() => With(Rsa, "kty", null), "kty other than"),
        ["kty is of another case"] = (() => With(Rsa, "kty", "rsa"), "kty other than"),
        ["P-384"] = (() => With(Ec, "crv", "P-384"), "curve other than P-256"),
        ["crv is missing"] = (() => With(Ec, "crv", null), "curve other than P-256"),
        ["point is off the curve"] = (() => With(Ec, "y", (string)ClientKeyPair.Ec().Jwk()["y"]!), "not a valid key"),
        ["point at infinity"] = (() => With(Ec, "x", Zeros, "y", Zeros), "not a valid key"),
        ["x is a space"] = (() => With(Ec, "x", " "), "lacks the member 'x'"),
        ["point is short"] = (() => With(Ec, "x", "AAAA"), "not a valid key"),
        ["kid is empty"] = (() => Rsa.Jwk(""), "does not have 1 to 256 characters"),
        ["kid has 257 characters"] = (() => Rsa.Jwk(new string('a', 257)), "does not have 1 to 256 characters"),
        ["kid is a number"] = (() => With(Rsa, "kid", 1), "'kid' that is not a string"),
        ["use is enc"] = (() => With(Rsa, "use", "enc"), "use other than sig"),
        ["alg is HS256"] = (() => Rsa.Jwk(alg: "HS256"), "alg other than RS256 and PS256"),
        ["alg is none"] = (() => Rsa.Jwk(alg: "none"), "alg other than RS256 and PS256"),
        ["alg is RS512"] = (() => Rsa.Jwk(alg: "RS512"), "alg other than RS256 and PS256"),
        ["alg is that of EC"] = (() => Rsa.Jwk(alg: "ES256"), "alg other than RS256 and PS256"),
        ["alg is that of RSA"] = (() => Ec.Jwk(alg: "RS256"), "alg other than ES256"),
        ["key_ops has no verify"] = (() => With(Rsa, "key_ops", new JsonArray("encrypt")), "key_ops"),
        ["key_ops is text"] = (() => With(Rsa, "key_ops", "verify"), "key_ops"),
        ["key_ops has a number"] = (() => With(Rsa, "key_ops", new JsonArray(1)), "key_ops"),
        ["list"] = (() => new JsonArray(), "not a JSON object"),
        ["null"] = (() => null, "not a JSON object"),
    };

    public static TheoryData<string> BadOnes => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(BadOnes))]
    public void Key_is_refused(string what)
    {
        var (make, reason) = Bad[what];

        var refusal = Refuse(make());

        Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("q")]
    [InlineData("dp")]
    [InlineData("dq")]
    [InlineData("qi")]
    [InlineData("oth")]
    [InlineData("k")]
    public void Private_member_is_refused_and_not_quoted(string name)
    {
        foreach (var jwk in new[] { Rsa.Jwk(), Ec.Jwk(), [] })
        {
            jwk[name] = "c2VjcmV0";

            var refusal = Refuse(jwk);

            Assert.Contains($"'{name}' of a private or symmetric key", refusal, StringComparison.Ordinal);
            Assert.DoesNotContain("c2VjcmV0", refusal, StringComparison.Ordinal);
        }
    }

    private static string Zeros => Base64UrlEncoder.Encode(new byte[32]);

    private static string Refuse(JsonNode? jwk) =>
        Assert.Throws<FormatException>(() => ClientKey.Parse(JsonSerializer.SerializeToElement(jwk))).Message;

    private static byte[] Modulus(int size)
    {
        using var rsa = RSA.Create(size);

        return rsa.ExportParameters(includePrivateParameters: false).Modulus!;
    }

    private static JsonObject With(ClientKeyPair key, string name, JsonNode? value, string? other = null, JsonNode? otherValue = null)
    {
        var jwk = key.Jwk();
        jwk[name] = value;

        if (other is not null)
        {
            jwk[other] = otherValue;
        }

        return jwk;
    }
}
