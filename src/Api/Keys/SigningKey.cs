using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Api.Keys;

/// <summary>An RSA key pair with its key ID, the JWK thumbprint (RFC 7638), and its creation time.</summary>
internal sealed class SigningKey
{
    /// <summary>The minimum key size (RFC 7518 §3.3).</summary>
    public const int MinimumSize = 2048;

    /// <summary>The maximum key size. Larger keys make signing too slow.</summary>
    public const int MaximumSize = 4096;

    private readonly RSAParameters _privateKey;

    // A pool of RSA objects: an RSA object is not thread-safe, and concurrent requests must not wait for each other.
    private readonly ConcurrentBag<RSA> _signers = [];

    private SigningKey(RSAParameters privateKey, DateTimeOffset createdAt)
    {
        _privateKey = privateKey;
        CreatedAt = createdAt;
        Parameters = new() { Modulus = privateKey.Modulus, Exponent = privateKey.Exponent };
        Kid = Base64UrlEncoder.Encode(new RsaSecurityKey(Parameters).ComputeJwkThumbprint());
        PublicKey = new(Parameters) { KeyId = Kid };
        SignatureLength = privateKey.Modulus!.Length;
    }

    public string Kid { get; }

    public DateTimeOffset CreatedAt { get; }

    /// <summary>The modulus and the public exponent, without private values.</summary>
    public RSAParameters Parameters { get; }

    /// <summary>Verifies signatures of <see cref="Sign"/>.</summary>
    public RsaSecurityKey PublicKey { get; }

    /// <summary>The signature length in bytes.</summary>
    public int SignatureLength { get; }

    /// <summary>Creates a key pair of <paramref name="size"/> bits.</summary>
    public static SigningKey Create(int size, DateTimeOffset now)
    {
        using var rsa = RSA.Create(size);

        return new(rsa.ExportParameters(includePrivateParameters: true), now);
    }

    /// <summary>Reads a private key from PKCS#8 (RFC 5958).</summary>
    /// <exception cref="CryptographicException">
    /// The key is not RSA, is too small or too large, or its exponent is not 65537.
    /// </exception>
    public static SigningKey FromPkcs8(ReadOnlySpan<byte> pkcs8, DateTimeOffset createdAt)
    {
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(pkcs8, out var read);
        var parameters = rsa.ExportParameters(includePrivateParameters: true);

        if (read != pkcs8.Length)
        {
            throw new CryptographicException("bytes follow the key");
        }

        if (rsa.KeySize is < MinimumSize or > MaximumSize)
        {
            throw new CryptographicException($"the key has {rsa.KeySize} bits, not {MinimumSize} to {MaximumSize}");
        }

        // Verifiers may reject a small exponent as insecure. All common tools use 65537.
        if (!parameters.Exponent.AsSpan().SequenceEqual<byte>([1, 0, 1]))
        {
            throw new CryptographicException("the public exponent is not 65537");
        }

        return new(parameters, createdAt);
    }

    /// <summary>Returns the same key pair with another creation time.</summary>
    public SigningKey DatedTo(DateTimeOffset createdAt) => new(_privateKey, createdAt);

    /// <summary>Signs with RS256 (RFC 7518 §3.3).</summary>
    public void Sign(ReadOnlySpan<byte> data, Span<byte> signature)
    {
        if (!_signers.TryTake(out var signer))
        {
            signer = RSA.Create(_privateKey);
        }

        signer.SignData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        _signers.Add(signer);
    }

    /// <summary>Whether the public key verifies a signature of the private key.</summary>
    public bool VerifiesWhatItSigns()
    {
        var data = RandomNumberGenerator.GetBytes(32);
        var signature = new byte[SignatureLength];
        Sign(data, signature);
        using var verifier = RSA.Create(Parameters);

        return verifier.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    public byte[] ExportPkcs8()
    {
        using var rsa = RSA.Create(_privateKey);

        return rsa.ExportPkcs8PrivateKey();
    }

    public override string ToString() => Kid;
}
