using System.Security.Cryptography;
using System.Text;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Keys;

public sealed class SigningKeyTests
{
    // RFC 7638 §3.1.
    private const string Modulus =
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ"
        + "_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI"
        + "SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

    [Fact]
    public void Thumbprint_of_these_tests_is_that_of_the_RFC() =>
        Assert.Equal("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs", Thumbprint(Modulus, "AQAB"));

    [Fact]
    public void Kid_is_the_thumbprint_of_the_public_key()
    {
        var key = TestKeys.First;

        var expected = Thumbprint(
            Base64UrlEncoder.Encode(key.Parameters.Modulus), Base64UrlEncoder.Encode(key.Parameters.Exponent));

        Assert.Equal(expected, key.Kid);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2040)]
    [InlineData(4104)]
    public void Key_of_another_size_is_refused(int size)
    {
        using var rsa = RSA.Create(size);

        Assert.Throws<CryptographicException>(() => SigningKey.FromPkcs8(rsa.ExportPkcs8PrivateKey(), default));
    }

    [Fact]
    public void Elliptic_curve_key_is_refused()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        Assert.Throws<CryptographicException>(() => SigningKey.FromPkcs8(ec.ExportPkcs8PrivateKey(), default));
    }

    [Fact]
    public void Bytes_after_the_key_are_refused() =>
        Assert.Throws<CryptographicException>(() => SigningKey.FromPkcs8([.. TestKeys.First.ExportPkcs8(), 0], default));

    [Fact]
    public void Public_part_holds_nothing_private()
    {
        var parameters = TestKeys.First.PublicKey.Parameters;

        Assert.All([parameters.D, parameters.P, parameters.Q, parameters.DP, parameters.DQ, parameters.InverseQ], Assert.Null);
    }

    private static string Thumbprint(string n, string e) =>
        Base64UrlEncoder.Encode(SHA256.HashData(Encoding.UTF8.GetBytes($$"""{"e":"{{e}}","kty":"RSA","n":"{{n}}"}""")));
}
