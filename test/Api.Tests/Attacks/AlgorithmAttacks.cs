using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Attacks;

/// <summary>
/// Tokens that choose another algorithm than RS256 (RFC 8725 §2.1): unsigned, or signed with the public key as a secret.
/// </summary>
internal static class AlgorithmAttacks
{
    public static readonly Dictionary<string, Func<TokenForge, string>> Tokens = new()
    {
        ["alg none, no signature"] = forge => forge.Unsigned("none"),
        ["alg None, no signature"] = forge => forge.Unsigned("None"),
        ["alg NONE, no signature"] = forge => forge.Unsigned("NONE"),
        ["alg nOnE, no signature"] = forge => forge.Unsigned("nOnE"),
        ["alg none with a space"] = forge => forge.Unsigned("none "),
        ["alg none with a null character"] = forge => forge.Unsigned("none\0"),
        ["alg none, with a signature"] = forge => forge.Unsigned("none") + "AAAA",
        ["alg none, with our signature"] = forge => forge.Sign(header: header => header["alg"] = "none"),
        ["alg RS256, no signature"] = forge => forge.Unsigned("RS256"),
        ["alg empty"] = forge => forge.Sign(header: header => header["alg"] = ""),
        ["alg null"] = forge => forge.Sign(header: header => header["alg"] = null),
        ["alg missing"] = forge => forge.Sign(header: header => header.Remove("alg")),
        ["alg as a list"] = forge => forge.Sign(header: header => header["alg"] = new JsonArray("RS256")),
        ["alg as a number"] = forge => forge.Sign(header: header => header["alg"] = 256),
        ["alg of another case"] = forge => forge.Sign(header: header => header["alg"] = "rs256"),
        ["alg with a space"] = forge => forge.Sign(header: header => header["alg"] = "RS256 "),
        ["alg with a null character"] = forge => forge.Sign(header: header => header["alg"] = "RS256\0"),
        ["alg as a URI"] = forge => forge.Sign(header: header => header["alg"] = SecurityAlgorithms.RsaSha256Signature),
        ["alg as a URI of SHA-1"] = forge => forge.Sign(
            header: header => header["alg"] = "http://www.w3.org/2000/09/xmldsig#rsa-sha1", hash: HashAlgorithmName.SHA1),
        ["RS1"] = forge => Rsa(forge, "RS1", HashAlgorithmName.SHA1),
        ["RS384"] = forge => Rsa(forge, "RS384", HashAlgorithmName.SHA384),
        ["RS512"] = forge => Rsa(forge, "RS512", HashAlgorithmName.SHA512),
        ["PS256"] = forge => Rsa(forge, "PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        ["PS384"] = forge => Rsa(forge, "PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        ["PS512"] = forge => Rsa(forge, "PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        ["alg RS256 over a PS256 signature"] = forge => forge.Sign(padding: RSASignaturePadding.Pss),
        ["alg RS256 over an RS512 signature"] = forge => forge.Sign(hash: HashAlgorithmName.SHA512),
        ["alg RS256 over an HS256 signature"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem()), "RS256"),
        ["HS256 with the public key as PEM"] = forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem())),
        ["HS256 with the public key as PEM and a line break"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem() + "\n")),
        ["HS256 with the public key as PEM of Windows"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem().ReplaceLineEndings("\r\n"))),
        ["HS256 with the public key as PKCS#1 PEM"] = forge => Hmac(forge, Pem(forge, rsa => rsa.ExportRSAPublicKeyPem())),
        ["HS256 with the public key as PKCS#1 PEM and a line break"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportRSAPublicKeyPem() + "\n")),
        ["HS256 with the public key as DER"] = forge => Hmac(forge, Der(forge, rsa => rsa.ExportSubjectPublicKeyInfo())),
        ["HS256 with the public key as PKCS#1 DER"] = forge => Hmac(forge, Der(forge, rsa => rsa.ExportRSAPublicKey())),
        ["HS256 with the public key as JWK"] = forge => Hmac(forge, Encoding.UTF8.GetBytes(Jwk(forge).ToJsonString())),
        ["HS256 with the public key as JWK Set"] = forge => Hmac(
            forge, Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray(Jwk(forge)) }.ToJsonString())),
        ["HS256 with the modulus"] = forge => Hmac(forge, forge.Key.Parameters.Modulus!),
        ["HS256 with the modulus as text"] =
            forge => Hmac(forge, Encoding.ASCII.GetBytes(Base64UrlEncoder.Encode(forge.Key.Parameters.Modulus))),
        ["HS256 with the kid"] = forge => Hmac(forge, Encoding.ASCII.GetBytes(forge.Key.Kid)),
        ["HS256 with an empty key"] = forge => Hmac(forge, []),
        ["HS384 with the public key as PEM"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem()), "HS384"),
        ["HS512 with the public key as PEM"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem()), "HS512"),
        ["HMAC by its URI with the public key as PEM"] =
            forge => Hmac(forge, Pem(forge, rsa => rsa.ExportSubjectPublicKeyInfoPem()), SecurityAlgorithms.HmacSha256Signature),
        ["ES256 with a key of its own"] = forge => Ecdsa(forge, "ES256", ECCurve.NamedCurves.nistP256),
        ["ES384 with a key of its own"] = forge => Ecdsa(forge, "ES384", ECCurve.NamedCurves.nistP384),
        ["ES256 of zeros alone"] = forge => forge.Unsigned("ES256") + Base64UrlEncoder.Encode(new byte[64]),
        ["ES512 of zeros alone"] = forge => forge.Unsigned("ES512") + Base64UrlEncoder.Encode(new byte[132]),
        ["ES256K of zeros alone"] = forge => forge.Unsigned("ES256K") + Base64UrlEncoder.Encode(new byte[64]),
        ["EdDSA of zeros alone"] = forge => forge.Unsigned("EdDSA") + Base64UrlEncoder.Encode(new byte[64]),
        ["RS256 of zeros alone"] = forge => forge.Unsigned("RS256") + Base64UrlEncoder.Encode(new byte[256]),
        ["RS256 of ones alone"] =
            forge => forge.Unsigned("RS256") + Base64UrlEncoder.Encode([.. Enumerable.Repeat((byte)0xff, 256)]),
    };

    private static string Rsa(TokenForge forge, string algorithm, HashAlgorithmName hash, RSASignaturePadding? padding = null) =>
        forge.Sign(header: header => header["alg"] = algorithm, hash: hash, padding: padding);

    private static string Hmac(TokenForge forge, byte[] secret, string algorithm = "HS256")
    {
        var content = forge.Unsigned(algorithm)[..^1];
        var bytes = Encoding.ASCII.GetBytes(content);
        var signature = algorithm switch
        {
            "HS384" => HMACSHA384.HashData(secret, bytes),
            "HS512" => HMACSHA512.HashData(secret, bytes),
            _ => HMACSHA256.HashData(secret, bytes),
        };

        return $"{content}.{Base64UrlEncoder.Encode(signature)}";
    }

    private static string Ecdsa(TokenForge forge, string algorithm, ECCurve curve)
    {
        using var key = ECDsa.Create(curve);
        var content = forge.Unsigned(algorithm);

        return content + Base64UrlEncoder.Encode(key.SignData(Encoding.ASCII.GetBytes(content[..^1]), HashAlgorithmName.SHA256));
    }

    private static byte[] Pem(TokenForge forge, Func<RSA, string> export) =>
        Der(forge, rsa => Encoding.ASCII.GetBytes(export(rsa)));

    private static byte[] Der(TokenForge forge, Func<RSA, byte[]> export)
    {
        using var rsa = RSA.Create(forge.Key.Parameters);

        return export(rsa);
    }

    // The encoding of the key set.
    private static JsonObject Jwk(TokenForge forge) => new()
    {
        ["kty"] = "RSA",
        ["use"] = "sig",
        ["alg"] = "RS256",
        ["kid"] = forge.Key.Kid,
        ["n"] = Base64UrlEncoder.Encode(forge.Key.Parameters.Modulus),
        ["e"] = "AQAB",
    };
}
