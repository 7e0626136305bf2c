using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Attacks;

/// <summary>
/// Tokens with a key of their own, with the address of a key, or with the kid of an unknown key (RFC 7515 §4.1.2 to §4.1.8).
/// </summary>
internal static class KeyAttacks
{
    public static readonly Dictionary<string, Func<TokenForge, string>> Tokens = new()
    {
        ["another key under our kid"] = forge => forge.Sign(key: TestKeys.Foreign),
        ["another key under its own kid"] = forge => Foreign(forge, _ => { }),
        ["another key and no kid"] = forge => Foreign(forge, header => header.Remove("kid")),
        ["unknown kid, our key"] = forge => Kid(forge, "unknown"),
        ["no kid, our key"] = forge => forge.Sign(header: header => header.Remove("kid")),
        ["kid of another case"] = forge => Kid(forge, forge.Key.Kid.ToUpperInvariant()),
        ["kid with a path"] = forge => Kid(forge, "../../../../dev/null"),
        ["kid with a Windows path"] = forge => Kid(forge, @"..\..\windows\win.ini"),
        ["kid with the path of our keys"] = forge => Kid(forge, ".data/signing-keys.json"),
        ["kid with a URL"] = forge => Kid(forge, "https://attacker.example/key.pem"),
        ["kid with a quote"] = forge => Kid(forge, "' OR '1'='1"),
        ["kid with a UNION"] = forge => Kid(forge, "x' UNION SELECT 'AAAA' --"),
        ["kid with a command"] = forge => Kid(forge, "$(sleep 10)|`id`;id"),
        ["kid with a null character behind ours"] = forge => Kid(forge, forge.Key.Kid + "\0"),
        ["kid with a space behind ours"] = forge => Kid(forge, forge.Key.Kid + " "),
        ["kid with padding behind ours"] = forge => Kid(forge, forge.Key.Kid + "="),
        ["kid that ours begins with"] = forge => Kid(forge, forge.Key.Kid[..^1]),
        ["kid empty"] = forge => Kid(forge, ""),
        ["kid null"] = forge => Kid(forge, null),
        ["kid that is a number"] = forge => Kid(forge, 1),
        ["kid as a list with ours"] = forge => Kid(forge, new JsonArray(forge.Key.Kid)),
        ["kid as an object"] = forge => Kid(forge, new JsonObject { ["kid"] = forge.Key.Kid }),
        ["kid of 7,000 characters"] = forge => Kid(forge, new string('k', 7_000)),
        ["kid with line breaks"] = forge => Kid(forge, $"\r\n{Injection.Marker}\n{Injection.Marker}\u001b[2J{Injection.Marker}"),
        ["jku of its own"] = forge => Foreign(forge, header => header["jku"] = "https://attacker.example/jwks.json"),
        ["jku of its own under our kid"] = forge => Ours(forge, header => header["jku"] = "https://attacker.example/jwks.json"),
        ["jku of a host that begins like ours"] =
            forge => Foreign(forge, header => header["jku"] = $"{forge.Issuer}.attacker.example/jwks.json"),
        ["jku of a host behind ours as user"] =
            forge => Foreign(forge, header => header["jku"] = $"{forge.Issuer}@attacker.example/jwks.json"),
        ["jku of a file"] = forge => Foreign(forge, header => header["jku"] = "file:///etc/hostname"),
        ["x5u of its own"] = forge => Foreign(forge, header => header["x5u"] = "https://attacker.example/certificate.pem"),
        ["x5u of its own under our kid"] =
            forge => Ours(forge, header => header["x5u"] = "https://attacker.example/certificate.pem"),
        ["jwk of its own"] = forge => Foreign(forge, header => header["jwk"] = Jwk()),
        ["jwk of its own under our kid"] = forge => Ours(forge, header => header["jwk"] = Jwk()),
        ["jwk of its own with our kid within"] = forge => Ours(forge, header => header["jwk"] = Jwk(forge.Key.Kid)),
        ["jwk of its own and no kid"] = forge => Foreign(forge, header =>
        {
            header.Remove("kid");
            header["jwk"] = Jwk();
        }),
        ["x5c of its own"] = forge => Foreign(forge, header => header["x5c"] = new JsonArray(Certificate())),
        ["x5c of its own under our kid"] = forge => Ours(forge, header => header["x5c"] = new JsonArray(Certificate())),
        ["x5c that is no certificate"] = forge => Ours(forge, header => header["x5c"] = new JsonArray("AAAA", 1, null)),
        ["x5t of another key that names ours"] = forge => Ours(forge, header => header["x5t"] = forge.Key.Kid),
        ["x5t that names our key instead of kid"] = forge => forge.Sign(header: header =>
        {
            header.Remove("kid");
            header["x5t"] = forge.Key.Kid;
        }),
        ["every key header at once"] = forge => Foreign(forge, header =>
        {
            header["jku"] = "https://attacker.example/jwks.json";
            header["jwk"] = Jwk();
            header["x5u"] = "https://attacker.example/certificate.pem";
            header["x5c"] = new JsonArray(Certificate());
        }),
        ["another issuer's token with our key"] =
            forge => forge.Sign(payload => payload["iss"] = "https://staging.issuer.example"),
        ["another issuer's token with its key"] =
            forge => Foreign(forge, _ => { }, payload => payload["iss"] = "https://staging.issuer.example"),
    };

    private static string Kid(TokenForge forge, JsonNode? kid) => forge.Sign(header: header => header["kid"] = kid);

    private static string Foreign(TokenForge forge, Action<JsonObject> change, Action<JsonObject>? payload = null) =>
        Ours(
            forge,
            header =>
            {
                header["kid"] = TestKeys.Foreign.Kid;
                change(header);
            },
            payload);

    private static string Ours(TokenForge forge, Action<JsonObject> change, Action<JsonObject>? payload = null) =>
        forge.Sign(payload, change, TestKeys.Foreign);

    private static JsonObject Jwk(string? kid = null) => new()
    {
        ["kty"] = "RSA",
        ["kid"] = kid ?? TestKeys.Foreign.Kid,
        ["n"] = Base64UrlEncoder.Encode(TestKeys.Foreign.Parameters.Modulus),
        ["e"] = "AQAB",
    };

    private static string Certificate()
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(TestKeys.Foreign.ExportPkcs8(), out _);
        using var certificate = new CertificateRequest("CN=issuer.example", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(TestKeys.CreatedAt, TestKeys.CreatedAt.AddYears(10));

        return Convert.ToBase64String(certificate.RawData);
    }
}
