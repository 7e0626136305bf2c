using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Api.Foundation;

/// <summary>
/// Opaque random values that their holder presents: session IDs, authorization codes, links. Only their SHA-256 is stored. They have 256
/// random bits, so the hash needs no salt.
/// </summary>
internal static class OpaqueToken
{
    /// <summary>The length of a value in characters of base64url.</summary>
    public const int Length = 43;

    public static string Generate() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>The SHA-256 of a value, in base64url.</summary>
    public static string Hash(string value) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(value)));

    /// <summary>Whether a value has this hash, in the same time for each.</summary>
    public static bool HasHash(string value, string hash) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Hash(value)), Encoding.UTF8.GetBytes(hash));

    /// <summary>Whether a text can be a value, so that nothing else is looked up in a store.</summary>
    public static bool IsWellFormed(string? text) => text is { Length: Length } && StrictBase64Url.IsValid(text);
}
