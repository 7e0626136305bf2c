using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Clients;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Support;

/// <summary>A key pair of a client, which signs without the library that verifies for the app.</summary>
internal sealed class ClientKeyPair
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _ec;

    private ClientKeyPair(RSA? rsa, ECDsa? ec) => (_rsa, _ec) = (rsa, ec);

    public static ClientKeyPair Rsa(int size = 2048) => new(RSA.Create(size), null);

    public static ClientKeyPair Ec() => new(null, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>The public key as a client registers it.</summary>
    public JsonObject Jwk(string? kid = null, string? alg = null)
    {
        var jwk = new JsonObject();

        if (_rsa is not null)
        {
            var parameters = _rsa.ExportParameters(includePrivateParameters: false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64UrlEncoder.Encode(parameters.Modulus), Base64UrlEncoder.Encode(parameters.Exponent));
        }
        else
        {
            var point = _ec!.ExportParameters(includePrivateParameters: false).Q;
            (jwk["kty"], jwk["crv"]) = ("EC", "P-256");
            (jwk["x"], jwk["y"]) = (Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        }

        if (kid is not null)
        {
            jwk["kid"] = kid;
        }

        if (alg is not null)
        {
            jwk["alg"] = alg;
        }

        return jwk;
    }

    public ClientKey Public(string? kid = null, string? alg = null) => ClientKey.Parse(JsonSerializer.SerializeToElement(Jwk(kid, alg)));

    public byte[] PublicPem() =>
        Encoding.ASCII.GetBytes(_rsa is null ? _ec!.ExportSubjectPublicKeyInfoPem() : _rsa.ExportSubjectPublicKeyInfoPem());

    /// <summary>A signature with this algorithm, or with RS256 if an RSA key has no such algorithm.</summary>
    public byte[] Sign(string algorithm, byte[] data) =>
        _rsa is null ? _ec!.SignData(data, HashAlgorithmName.SHA256)
        : _rsa.SignData(
            data,
            algorithm.EndsWith("384", StringComparison.Ordinal) ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256,
            algorithm is "PS256" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
}
