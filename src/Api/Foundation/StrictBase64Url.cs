using System.Buffers;

namespace Api.Foundation;

/// <summary>
/// Base64url without padding, line breaks, white space or other characters (RFC 7515 §2). Decoders pass over some of these, and then
/// there are many texts for the same bytes.
/// </summary>
internal static class StrictBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);
    private static readonly SearchValues<char> CharactersAndDot = SearchValues.Create(Alphabet + ".");

    public static bool IsValid(string text) => text is not "" && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>Whether the parts of a JWS in compact serialization (RFC 7515 §7.1) have no other characters.</summary>
    public static bool AreParts(string jws) => !jws.AsSpan().ContainsAnyExcept(CharactersAndDot);
}
