using System.Text.RegularExpressions;
using Api.Foundation;

namespace Api.SignIn.Authorization;

/// <summary>The code challenge method S256 (RFC 7636 §4.2). There is no other.</summary>
internal static partial class Pkce
{
    public const string Method = "S256";

    public static bool IsChallenge(string text) => OpaqueToken.IsWellFormed(text);

    /// <summary>Whether the verifier has the syntax of RFC 7636 §4.1 and the challenge was made from it.</summary>
    public static bool Verifies(string challenge, string? verifier) =>
        verifier is not null
        && Verifier().IsMatch(verifier)
        && OpaqueToken.HasHash(verifier, challenge);

    [GeneratedRegex("^[A-Za-z0-9._~-]{43,128}\\z")]
    private static partial Regex Verifier();
}
