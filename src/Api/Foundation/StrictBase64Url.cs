using System.Buffers;

namespace Api.Foundation;

/// <summary>
/// Strict base64url without padding, line breaks, white space or other characters (RFC 7515 §2). Decoders ignore some of these,
/// so that several texts would decode to the same bytes.
/// </summary>
internal static class StrictBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> Characters = SearchValues.Create(Alphabet);
    private static readonly SearchValues<char> CharactersAndDot = SearchValues.Create(Alphabet + ".");

    public static bool IsValid(string text) => text is not "" && !text.AsSpan().ContainsAnyExcept(Characters);

    /// <summary>Whether a JWS in compact serialization (RFC 7515 §7.1) has only base64url characters and dots.</summary>
    public static bool AreParts(string jws) => !jws.AsSpan().ContainsAnyExcept(CharactersAndDot);
}
