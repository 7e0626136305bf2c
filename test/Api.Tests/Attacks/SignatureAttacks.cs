using System.Numerics;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;
using static Api.Tests.Attacks.SerializationAttacks;

namespace Api.Tests.Attacks;

/// <summary>Valid tokens whose signature or signed content was changed (RFC 8017 §8.2.2).</summary>
internal static class SignatureAttacks
{
    public static readonly Dictionary<string, Func<TokenForge, string>> Tokens = new()
    {
        ["signature of one byte"] = forge => Signature(forge, signature => signature[..1]),
        ["signature of 255 bytes"] = forge => Signature(forge, signature => signature[..^1]),
        ["signature of 255 bytes, the first left out"] = forge => Signature(forge, signature => signature[1..]),
        ["signature of 257 bytes, zero in front"] = forge => Signature(forge, signature => [0, .. signature]),
        ["signature of 257 bytes, zero behind"] = forge => Signature(forge, signature => [.. signature, 0]),
        ["signature twice"] = forge => Signature(forge, signature => [.. signature, .. signature]),
        ["signature turned round"] = forge => Signature(forge, signature => [.. signature.Reverse()]),
        ["signature with another bit"] = forge => Signature(forge, signature => [.. signature[..^1], (byte)(signature[^1] ^ 1)]),
        ["signature and modulus added"] =
            forge => Signature(forge, signature => AddModulus(signature, forge.Key.Parameters.Modulus!)),
        ["signature of another token"] =
            forge => Replace(forge.Sign(), 2, forge.Sign(payload => payload["jti"] = "2").Split('.')[2]),
        ["signature cut"] = forge => forge.Sign()[..^4],
        ["payload changed"] = forge => Replace(forge.Sign(), 1, TokenForge.Encode(forge.Payload("ADMIN USER"))),
        ["header changed"] = forge => Replace(forge.Sign(), 0, TokenForge.Encode(With(forge.HeaderText, "\"x\":1"))),
    };

    private static string Signature(TokenForge forge, Func<byte[], byte[]> change)
    {
        var token = forge.Sign();

        return Replace(token, 2, Base64UrlEncoder.Encode(change(Base64UrlEncoder.DecodeBytes(token.Split('.')[2]))));
    }

    // The signature plus the modulus, which must be refused because it is not less than the modulus. It can be one byte longer.
    private static byte[] AddModulus(byte[] signature, byte[] modulus) =>
        (Number(signature) + Number(modulus)).ToByteArray(isUnsigned: true, isBigEndian: true);

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
