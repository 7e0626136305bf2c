using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Api.Foundation;
using Api.Users;

namespace Api.Sessions.Families;

/// <summary>
/// A refresh token (RFC 6749 §1.5): <c>ort_sub.family.random.mark</c>. One read finds its family. The mark is a MAC of the random part with
/// the key of the family, so that a made-up token is not taken for a stolen one. Only the hash of the random part is stored.
/// </summary>
/// <param name="Sub">The user.</param>
/// <param name="FamilyId">The family of the user.</param>
/// <param name="Random">256 random or derived bits.</param>
/// <param name="Mark">128 bits.</param>
internal sealed record RefreshToken(string Sub, string FamilyId, string Random, string Mark)
{
    /// <summary>What scanners for secrets recognize a refresh token by.</summary>
    public const string Prefix = "ort_";

    private const int MarkLength = 22;

    public static RefreshToken NewFor(TokenFamily family) => Of(family, OpaqueToken.Generate());

    public static bool TryParse(string text, [NotNullWhen(true)] out RefreshToken? token)
    {
        token = text.StartsWith(Prefix, StringComparison.Ordinal)
            && text[Prefix.Length..].Split('.', 5) is [var sub, var family, var random, var mark]
            && User.IsSub(sub)
            && TokenFamily.IsId(family)
            && OpaqueToken.IsWellFormed(random)
            && mark.Length is MarkLength
                ? new(sub, family, random, mark)
                : null;

        return token is not null;
    }

    /// <summary>Whether the family issued it, now or earlier.</summary>
    public bool IsMarkedBy(TokenFamily family) =>
        family.Id == FamilyId
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Mark), Encoding.ASCII.GetBytes(MarkOf(family, Random)));

    /// <summary>The token that replaces it: always the same, and known to its holder and this server alone.</summary>
    public RefreshToken SuccessorIn(TokenFamily family) => Of(family, Base64Url.EncodeToString(Mac(family, "next", Random)));

    public override string ToString() => $"{Prefix}{Sub}.{FamilyId}.{Random}.{Mark}";

    private static RefreshToken Of(TokenFamily family, string random) => new(family.Sub, family.Id, random, MarkOf(family, random));

    private static string MarkOf(TokenFamily family, string random) => Base64Url.EncodeToString(Mac(family, "mark", random))[..MarkLength];

    private static byte[] Mac(TokenFamily family, string use, string random) =>
        HMACSHA256.HashData(family.Key.AsSpan(), Encoding.ASCII.GetBytes($"{use}:{random}"));
}
