using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>
/// A client secret. Only its SHA-256 hash is stored. A fast hash is enough, because a secret has 256 random bits.
/// </summary>
internal sealed record ClientSecret(string Id, ReadOnlyMemory<byte> Sha256, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>The prefix of every generated secret. Secret scanners can recognize it.</summary>
    public const string Prefix = "ocs_";

    /// <summary>The date (UTC) of the last recorded use.</summary>
    public DateOnly? LastUsed { get; init; }

    /// <summary>Generates a secret and returns it with its clear text, which is not stored.</summary>
    public static (ClientSecret Secret, string ClearText) Generate(DateTimeOffset now, DateTimeOffset? expiresAt = null)
    {
        var clearText = Prefix + Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

        return (new(RandomNumberGenerator.GetHexString(12, lowercase: true), Hash(clearText), now, expiresAt), clearText);
    }

    public static byte[] Hash(string clearText) => SHA256.HashData(Encoding.UTF8.GetBytes(clearText));

    public bool IsLiveAt(DateTimeOffset now) => ExpiresAt is null || now < ExpiresAt;
}
