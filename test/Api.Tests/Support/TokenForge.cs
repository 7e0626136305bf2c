using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Keys;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Support;

/// <summary>Makes tokens by hand, good ones and all kinds of bad ones: the library that signs for the app refuses to make most of these.</summary>
internal sealed class TokenForge(SigningKey key, string issuer, DateTimeOffset now, TimeSpan? lifetime = null)
{
    public static readonly Dictionary<string, Func<TokenForge, string>> Bad = new()
    {
        ["alg none, no signature"] = forge => forge.Unsigned("none"),
        ["alg None, no signature"] = forge => forge.Unsigned("None"),
        ["alg none, with a signature"] = forge => forge.Unsigned("none") + "AAAA",
        ["HS256 with the public key as PEM"] = forge => forge.Hmac(forge.PublicKey(rsa => Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()))),
        ["HS256 with the public key as DER"] = forge => forge.Hmac(forge.PublicKey(rsa => rsa.ExportSubjectPublicKeyInfo())),
        ["HS256 with the modulus"] = forge => forge.Hmac(forge._key.Parameters.Modulus!),
        ["RS384"] = forge => forge.Sign(header: header => header["alg"] = "RS384", hash: HashAlgorithmName.SHA384),
        ["PS256"] = forge => forge.Sign(header: header => header["alg"] = "PS256", padding: RSASignaturePadding.Pss),
        ["another key under our kid"] = forge => forge.Sign(key: TestKeys.Foreign),
        ["unknown kid"] = forge => forge.Sign(header: header => header["kid"] = TestKeys.Foreign.Kid, key: TestKeys.Foreign),
        ["unknown kid, our key"] = forge => forge.Sign(header: header => header["kid"] = "unknown"),
        ["no kid"] = forge => forge.Sign(header: header => header.Remove("kid")),
        ["kid of another case"] = forge => forge.Sign(header: header => header["kid"] = forge._key.Kid.ToUpperInvariant()),
        ["other typ"] = forge => forge.Sign(header: header => header["typ"] = "at+jwt"),
        ["typ of an ID token"] = forge => forge.Sign(header: header => header["typ"] = "id+jwt"),
        ["no typ"] = forge => forge.Sign(header: header => header.Remove("typ")),
        ["other iss"] = forge => forge.Sign(payload => payload["iss"] = "https://other.example"),
        ["iss with slash"] = forge => forge.Sign(payload => payload["iss"] = forge._issuer + "/"),
        ["no iss"] = forge => forge.Sign(payload => payload.Remove("iss")),
        ["other aud"] = forge => forge.Sign(payload => payload["aud"] = "other"),
        ["other aud with a line break"] = forge => forge.Sign(payload => payload["aud"] = "other\r\nX-Injected: 1"),
        ["no aud"] = forge => forge.Sign(payload => payload.Remove("aud")),
        ["exp in past time"] = forge => forge.Sign(payload => payload["exp"] = forge.Now - 661),
        ["no exp at any time"] = forge => forge.Sign(payload => payload.Remove("exp")),
        ["nbf in future time"] = forge => forge.Sign(payload => payload["nbf"] = forge.Now + 661),
        ["payload changed"] = forge => Replace(forge.Sign(), 1, Encode(forge.Payload("ADMIN"))),
        ["header changed"] = forge => Replace(forge.Sign(), 0, Encode(new() { ["alg"] = "RS256", ["kid"] = forge._key.Kid, ["typ"] = "JWT", ["x"] = 1 })),
        ["signature cut"] = forge => forge.Sign()[..^4],
        ["signature empty"] = forge => forge.Sign()[..(forge.Sign().LastIndexOf('.') + 1)],
        ["two parts"] = forge => forge.Sign()[..forge.Sign().LastIndexOf('.')],
        ["kid with a path"] = forge => forge.Sign(header: header => header["kid"] = "../../etc/passwd"),
        ["kid with a quote"] = forge => forge.Sign(header: header => header["kid"] = "' OR '1'='1"),
        ["kid that is a number"] = forge => forge.Sign(header: header => header["kid"] = 1),
        ["jwk of its own"] = forge => forge.Sign(key: TestKeys.Foreign, header: header =>
        {
            header["kid"] = TestKeys.Foreign.Kid;
            header["jwk"] = new JsonObject
            {
                ["kty"] = "RSA",
                ["n"] = Base64UrlEncoder.Encode(TestKeys.Foreign.Parameters.Modulus),
                ["e"] = "AQAB",
            };
        }),
        ["aud as a list of others"] = forge => forge.Sign(payload => payload["aud"] = new JsonArray("other", "another")),
        ["exp as text"] = forge => forge.Sign(payload => payload["exp"] = "tomorrow"),
        ["no JWT"] = _ => "no-token",
        ["longer than the gateway lets through"] = forge => forge.Sign(payload => payload["x"] = new string('a', 10_240)),
    };

    private readonly SigningKey _key = key;
    private readonly string _issuer = issuer;
    private readonly TimeSpan _lifetime = lifetime ?? TimeSpan.FromMinutes(1);

    public long Now { get; } = now.ToUnixTimeSeconds();

    public JsonObject Payload(string scope) => new()
    {
        ["iss"] = _issuer,
        ["aud"] = "api",
        ["sub"] = "client",
        ["client_id"] = "client",
        ["scope"] = scope,
        ["iat"] = Now,
        ["exp"] = Now + (long)_lifetime.TotalSeconds,
        ["jti"] = "1",
    };

    /// <summary>A good token, but for what is changed.</summary>
    public string Sign(
        Action<JsonObject>? payload = null,
        Action<JsonObject>? header = null,
        SigningKey? key = null,
        HashAlgorithmName? hash = null,
        RSASignaturePadding? padding = null,
        JsonObject? body = null)
    {
        var head = Header("RS256");
        header?.Invoke(head);
        body ??= Payload("USER");
        payload?.Invoke(body);

        return SignText(head.ToJsonString(), body.ToJsonString(), key, hash, padding);
    }

    /// <summary>Signs what need not be JSON.</summary>
    public string SignText(
        string header, string payload, SigningKey? key = null, HashAlgorithmName? hash = null, RSASignaturePadding? padding = null)
    {
        var content = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(payload)}";
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey((key ?? _key).ExportPkcs8(), out _);
        var signature = rsa.SignData(
            Encoding.ASCII.GetBytes(content), hash ?? HashAlgorithmName.SHA256, padding ?? RSASignaturePadding.Pkcs1);

        return $"{content}.{Base64UrlEncoder.Encode(signature)}";
    }

    private string Unsigned(string algorithm) => $"{Encode(Header(algorithm))}.{Encode(Payload("USER"))}.";

    private string Hmac(byte[] secret)
    {
        var content = $"{Encode(Header("HS256"))}.{Encode(Payload("USER"))}";

        return $"{content}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(content)))}";
    }

    private JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["kid"] = _key.Kid, ["typ"] = "JWT" };

    private byte[] PublicKey(Func<RSA, byte[]> export)
    {
        using var rsa = RSA.Create(_key.Parameters);

        return export(rsa);
    }

    private static string Encode(JsonObject json) => Base64UrlEncoder.Encode(JsonSerializer.SerializeToUtf8Bytes(json));

    private static string Replace(string token, int part, string value)
    {
        var parts = token.Split('.');
        parts[part] = value;

        return string.Join('.', parts);
    }
}
