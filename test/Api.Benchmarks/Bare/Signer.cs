using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Bare;

/// <summary>Signs the same token repeatedly (RFC 7515 §5.1), with nothing but the signature and its encoding.</summary>
internal sealed class Signer : IDisposable
{
    private const string Header = """{"alg":"RS256","kid":"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs","typ":"JWT"}""";

    private const string Claims =
        """
        {"iss":"http://localhost:5000","sub":"development","aud":"api","client_id":"development","scope":"USER ADMIN",
        "iat":1780315200,"exp":1780318800,"jti":"AAAAAAAAAAAAAAAAAAAAAA"}
        """;

    private static readonly string SigningInput = $"{Encode(Header)}.{Encode(Claims)}";

    // Generated when it is first used, so that a start does not wait for it.
    private readonly Lazy<RSAParameters> _key = new(CreateKey);
    private readonly ThreadLocal<RSA> _rsa;

    public Signer() => _rsa = new(() => RSA.Create(_key.Value), trackAllValues: true);

    public string Sign()
    {
        var input = Encoding.ASCII.GetBytes(SigningInput);
        var signature = _rsa.Value!.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var token = $"{SigningInput}.{Base64Url.EncodeToString(signature)}";

        return $$"""{"access_token":"{{token}}","token_type":"Bearer","expires_in":3600}""";
    }

    public void Dispose()
    {
        foreach (var rsa in _rsa.Values)
        {
            rsa.Dispose();
        }

        _rsa.Dispose();
    }

    private static RSAParameters CreateKey()
    {
        using var rsa = RSA.Create(2048);

        return rsa.ExportParameters(includePrivateParameters: true);
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
