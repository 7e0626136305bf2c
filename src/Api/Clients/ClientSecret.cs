using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;

namespace Api.Clients;

/// <summary>One secret of a client, of which only the SHA-256 is kept: a secret has 256 random bits, so nobody can guess it back.</summary>
internal sealed record ClientSecret(string Id, ReadOnlyMemory<byte> Sha256, DateTimeOffset CreatedAt)
{
    // Lets a scanner of repositories and logs recognise a leaked secret.
    private const string Prefix = "ocs_";

    /// <summary>A new secret and its only clear text.</summary>
    public static (ClientSecret Secret, string ClearText) Generate(DateTimeOffset now)
    {
        var clearText = Prefix + Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));

        return (new(Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(6)), Hash(clearText), now), clearText);
    }

    public static byte[] Hash(string clearText) => SHA256.HashData(Encoding.UTF8.GetBytes(clearText));
}
