using System.Security.Cryptography;
using System.Text.Json;
using Api.Foundation;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>A public key that verifies client assertions (RFC 7517 §4): RSA for RS256 and PS256, P-256 for ES256.</summary>
internal sealed class ClientKey
{
    private const int SmallestRsaKey = 2048;
    private const int LargestRsaKey = 8192;
    private const int MaximumKidLength = 256;

    // RFC 7518 §6.2.2, §6.3.2, §6.4.1.
    private static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private ClientKey(PublicJwk jwk, SecurityKey publicKey, string[] algorithms) =>
        (Jwk, PublicKey, Algorithms) = (jwk, publicKey, algorithms);

    /// <summary>
    /// The algorithms that the key may be used with. The algorithm of an assertion must be one of them (RFC 8725 §3.1).
    /// </summary>
    public IReadOnlyList<string> Algorithms { get; }

    public SecurityKey PublicKey { get; }

    public string? Kid => Jwk.Kid;

    /// <summary>The public members, as stored and shown.</summary>
    public PublicJwk Jwk { get; }

    /// <summary>Parses a JWK.</summary>
    /// <exception cref="FormatException">
    /// The JWK is invalid. The message is the end of a sentence about the key and does not quote it.
    /// </exception>
    public static ClientKey Parse(JsonElement jwk)
    {
        if (jwk.ValueKind is not JsonValueKind.Object)
        {
            throw new FormatException("is not a JSON object");
        }

        if (PrivateMemberOf(jwk) is { } secret)
        {
            throw new FormatException(
                $"has the member '{secret}' of a private or symmetric key. Replace that key, and register only the public part "
                + "of the new key");
        }

        if (Text(jwk, "use") is { } use && use is not "sig")
        {
            throw new FormatException("has a use other than sig");
        }

        if (jwk.TryGetProperty("key_ops", out var operations) && !AllowVerify(operations))
        {
            throw new FormatException("has key_ops without verify");
        }

        if (Text(jwk, "kid") is { Length: 0 or > MaximumKidLength })
        {
            throw new FormatException($"has a kid that does not have 1 to {MaximumKidLength} characters");
        }

        return Text(jwk, "kty") switch
        {
            JsonWebAlgorithmsKeyTypes.RSA => ParseRsa(jwk),
            JsonWebAlgorithmsKeyTypes.EllipticCurve => ParseEc(jwk),
            _ => throw new FormatException("has a kty other than RSA and EC"),
        };
    }

    /// <summary>Returns the name of a private member, or null if there is none.</summary>
    public static string? PrivateMemberOf(JsonElement jwk) => PrivateMembers.FirstOrDefault(name => jwk.TryGetProperty(name, out _));

    private static ClientKey ParseRsa(JsonElement jwk)
    {
        var parameters = new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") };

        // Almost every key uses 65537. With an even exponent or 1, a signature can be forged without the private key.
        if (parameters.Exponent is not ([3] or [1, 0, 1]))
        {
            throw new FormatException("is an RSA key whose e is neither 65537 nor 3");
        }

        // Never valid for a product of two primes, but accepted by the import.
        if (parameters.Modulus is [0, ..] || parameters.Modulus[^1] % 2 is 0)
        {
            throw new FormatException("is an RSA key whose n starts with a zero or is even");
        }

        using var rsa = RSA.Create();
        Import(() => rsa.ImportParameters(parameters));

        if (rsa.KeySize is < SmallestRsaKey or > LargestRsaKey)
        {
            throw new FormatException($"is an RSA key whose size is not from {SmallestRsaKey} to {LargestRsaKey} bits");
        }

        return new(
            Public(jwk) with { N = Text(jwk, "n"), E = Text(jwk, "e") },
            new RsaSecurityKey(parameters) { KeyId = Text(jwk, "kid") },
            Restrict(jwk, [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256]));
    }

    private static ClientKey ParseEc(JsonElement jwk)
    {
        if (Text(jwk, "crv") is not JsonWebKeyECTypes.P256)
        {
            throw new FormatException("is on a curve other than P-256");
        }

        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") } };
        using var ecdsa = ECDsa.Create();
        // The import checks that the point is on the curve.
        Import(() => ecdsa.ImportParameters(parameters));

        var key = Public(jwk) with { Crv = JsonWebKeyECTypes.P256, X = Text(jwk, "x"), Y = Text(jwk, "y") };

        return new(
            key,
            new JsonWebKey { Kty = key.Kty, Crv = key.Crv, X = key.X, Y = key.Y, KeyId = key.Kid },
            Restrict(jwk, [SecurityAlgorithms.EcdsaSha256]));
    }

    private static bool AllowVerify(JsonElement operations) =>
        operations.ValueKind is JsonValueKind.Array
        && operations.EnumerateArray().Any(operation => operation.ValueKind is JsonValueKind.String && operation.ValueEquals("verify"));

    private static PublicJwk Public(JsonElement jwk) => new(Text(jwk, "kty")!, Text(jwk, "kid"), Text(jwk, "use"), Text(jwk, "alg"));

    private static string[] Restrict(JsonElement jwk, string[] algorithms) =>
        Text(jwk, "alg") is not { } algorithm ? algorithms
        : algorithms.Contains(algorithm) ? [algorithm]
        : throw new FormatException($"has an alg other than {string.Join(" and ", algorithms)}");

    private static void Import(Action import)
    {
        try
        {
            import();
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new FormatException("is not a valid key", exception);
        }
    }

    private static byte[] Bytes(JsonElement jwk, string name)
    {
        try
        {
            return Text(jwk, name) is { } text && StrictBase64Url.IsValid(text) ? Base64UrlEncoder.DecodeBytes(text) : throw new FormatException();
        }
        catch (FormatException exception)
        {
            throw new FormatException($"lacks the member '{name}' in base64url", exception);
        }
    }

    private static string? Text(JsonElement jwk, string name) =>
        !jwk.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null ? null
        : value.ValueKind is JsonValueKind.String ? value.GetString()
        : throw new FormatException($"has a member '{name}' that is not a string");
}

/// <summary>The public members of a client's JWK. It has no member for a private value.</summary>
internal sealed record PublicJwk(string Kty, string? Kid, string? Use, string? Alg)
{
    public string? N { get; init; }

    public string? E { get; init; }

    public string? Crv { get; init; }

    public string? X { get; init; }

    public string? Y { get; init; }
}
