using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>One secret of a client, of which only the SHA-256 is kept: a secret has 256 random bits, so nobody can guess it back.</summary>
internal sealed record ClientSecret(string Id, ReadOnlyMemory<byte> Sha256, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>Lets a scanner of repositories and logs recognise a leaked secret.</summary>
    public const string Prefix = "ocs_";

    /// <summary>The day (UTC) on which it was last used, as far as that has been written down.</summary>
    public DateOnly? LastUsed { get; init; }

    /// <summary>A new secret and its only clear text.</summary>
    public static (ClientSecret Secret, string ClearText) Generate(DateTimeOffset now, DateTimeOffset? expiresAt = null)
    {
        var clearText = Prefix + Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

        return (new(RandomNumberGenerator.GetHexString(12, lowercase: true), Hash(clearText), now, expiresAt), clearText);
    }

    public static byte[] Hash(string clearText) => SHA256.HashData(Encoding.UTF8.GetBytes(clearText));

    public bool IsLiveAt(DateTimeOffset now) => ExpiresAt is null || now < ExpiresAt;
}
