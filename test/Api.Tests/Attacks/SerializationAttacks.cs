using System.Security.Cryptography;
using System.Text;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Attacks;

/// <summary>
/// Tokens that are not in the compact serialization (RFC 7515 §7.1): other parts, encodings and signatures.
/// </summary>
internal static class SerializationAttacks
{
    public static readonly Dictionary<string, Func<TokenForge, string>> Tokens = new()
    {
        // Parts
        ["no JWT"] = _ => "no-token",
        ["a dot"] = _ => ".",
        ["two dots"] = _ => "..",
        ["four dots"] = _ => "....",
        ["a thousand dots"] = _ => new('.', 1_000),
        ["a word in each part"] = _ => "a.b.c",
        ["two parts"] = forge => forge.Sign()[..forge.Sign().LastIndexOf('.')],
        ["four parts"] = forge => forge.Sign() + ".AAAA",
        ["six parts"] = forge => forge.Sign() + ".AAAA.AAAA.AAAA",
        ["dot in front"] = forge => "." + forge.Sign(),
        ["dot behind"] = forge => forge.Sign() + ".",
        ["no header"] = forge => Replace(forge.Sign(), 0, ""),
        ["no payload"] = forge => Replace(forge.Sign(), 1, ""),
        ["JWE for us, direct"] = _ => Jwe("""{"alg":"dir","enc":"A128CBC-HS256"}""", []),
        ["JWE for us, RSA-OAEP"] = forge => Encrypted(forge, ""),
        ["JWE for us, nested zip"] = forge => Encrypted(forge, ""","zip":"DEF","cty":"JWT" """),
        ["JSON serialization"] = forge => forge.Sign().Split('.') is [var header, var payload, var signature]
            ? $$"""{"payload":"{{payload}}","protected":"{{header}}","signature":"{{signature}}"}"""
            : "",
        ["two tokens with a comma"] = forge => $"{forge.Sign()},{forge.Sign()}",
        ["two tokens with a space"] = forge => $"{forge.Sign()} {forge.Sign()}",
        ["scheme twice"] = forge => $"Bearer {forge.Sign()}",
        ["token in quotes"] = forge => $"\"{forge.Sign()}\"",
        ["longer than the gateway lets through"] = forge => forge.Sign(payload => payload["x"] = new string('a', 10_240)),
        ["a megabyte"] = forge => forge.Sign(payload => payload["x"] = new string('a', 1_000_000)),
        ["a megabyte of dots"] = _ => new('.', 1_000_000),

        // Encoding
        ["space in the header"] = forge => Within(forge, 0, " "),
        ["space in the payload"] = forge => Within(forge, 1, " "),
        ["space in the signature"] = forge => Within(forge, 2, " "),
        ["tab in the signature"] = forge => Within(forge, 2, "\t"),
        ["line break in the signature"] = forge => Within(forge, 2, "\r\n"),
        ["null character in the signature"] = forge => Within(forge, 2, "\0"),
        ["percent in the signature"] = forge => Within(forge, 2, "%41"),
        ["no ASCII in the header"] = forge => Within(forge, 0, "é"),
        ["no ASCII in the payload"] = forge => Within(forge, 1, "é"),
        ["no ASCII in the signature"] = forge => Within(forge, 2, "é"),
        ["exclamation mark in the payload"] = forge => Within(forge, 1, "!"),
        ["padding behind the header"] = forge => Behind(forge, 0, "="),
        ["padding behind the header, signed so"] =
            forge => forge.SignParts(Padded(forge.HeaderText), TokenForge.Encode(forge.PayloadText)),
        ["padding behind the payload"] = forge => Behind(forge, 1, "="),
        ["padding behind the payload, signed so"] =
            forge => forge.SignParts(TokenForge.Encode(forge.HeaderText), Padded(forge.PayloadText)),
        ["padding behind the signature"] = forge => Behind(forge, 2, "=="),
        ["padding of another length behind the signature"] = forge => Behind(forge, 2, "="),
        ["plus and slash in the signature"] = forge => Signature(forge, signature => Convert.ToBase64String(signature)[..^2]),
        ["plus, slash and padding in the signature"] = forge => Signature(forge, Convert.ToBase64String),
        ["other trailing bits in the signature"] = forge => OtherTrailingBits(forge.Sign()),
    };

    /// <summary>The object with another member at its end, which may repeat a name.</summary>
    public static string With(string json, string member) => $"{json[..^1]},{member}}}";

    /// <summary>The token with one part replaced.</summary>
    public static string Replace(string token, int part, string value)
    {
        var parts = token.Split('.');
        parts[part] = value;

        return string.Join('.', parts);
    }

    private static string Within(TokenForge forge, int part, string text)
    {
        var token = forge.Sign();

        return Replace(token, part, token.Split('.')[part].Insert(8, text));
    }

    private static string Behind(TokenForge forge, int part, string text)
    {
        var token = forge.Sign();

        return Replace(token, part, token.Split('.')[part] + text);
    }

    private static string Signature(TokenForge forge, Func<byte[], string> encode)
    {
        // Depending on its bits, a good token can be the same as one of these.
        for (var number = 0; ; number++)
        {
            var token = forge.Sign(payload => payload["jti"] = $"{number}");
            var text = token.Split('.')[2];

            if (text.Contains('-', StringComparison.Ordinal) && text.Contains('_', StringComparison.Ordinal))
            {
                return Replace(token, 2, encode(Base64UrlEncoder.DecodeBytes(text)));
            }
        }
    }

    // 256 bytes are 341 characters and a third: four bits of the last character are unused.
    private static string OtherTrailingBits(string token)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

        return token[..^1] + Alphabet[Alphabet.IndexOf(token[^1], StringComparison.Ordinal) | 1];
    }

    private static string Padded(string json)
    {
        while (json.Length % 3 is not 1)
        {
            json += " ";
        }

        return Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).Replace('+', '-').Replace('/', '_');
    }

    private static string Encrypted(TokenForge forge, string members)
    {
        using var rsa = RSA.Create(forge.Key.Parameters);

        return Jwe(
            $$"""{"alg":"RSA-OAEP","enc":"A128CBC-HS256","kid":"{{forge.Key.Kid}}","typ":"JWT"{{members}}}""",
            rsa.Encrypt(new byte[32], RSAEncryptionPadding.OaepSHA1));
    }

    private static string Jwe(string header, byte[] encryptedKey)
    {
        byte[][] parts = [Encoding.UTF8.GetBytes(header), encryptedKey, new byte[16], new byte[64], new byte[16]];

        return string.Join('.', parts.Select(Base64UrlEncoder.Encode));
    }
}
