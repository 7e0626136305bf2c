using Api.Tests.Support;

namespace Api.Tests.Attacks;

/// <summary>The tokens that a protected route refuses, by name.</summary>
internal static class BadTokens
{
    public static readonly Dictionary<string, Func<TokenForge, string>> All = new[]
    {
        AlgorithmAttacks.Tokens,
        KeyAttacks.Tokens,
        SignatureAttacks.Tokens,
        SerializationAttacks.Tokens,
        JsonAttacks.Tokens,
        ClaimAttacks.Tokens,
        ClaimAttacks.Scopes,
        ClaimAttacks.Untimely,
    }.SelectMany(table => table).ToDictionary();

    /// <summary>The challenge, which is the same for all of them and contains nothing of the token (RFC 6750 §3).</summary>
    public static string Challenge(string name) =>
        $"Bearer realm=\"api\", error=\"invalid_token\", error_description=\"{Description(name)}\"";

    private static string Description(string name) => ClaimAttacks.Untimely.ContainsKey(name)
        ? "The access token is expired or not valid yet."
        : "The access token is not valid.";
}
