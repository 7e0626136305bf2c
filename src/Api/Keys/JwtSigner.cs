using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Api.Keys;

/// <summary>Signs JWTs in the JWS compact serialization (RFC 7515 §7.1).</summary>
internal static class JwtSigner
{
    /// <param name="header">The protected header, base64url-encoded.</param>
    /// <param name="payload">The payload, as JSON.</param>
    /// <param name="key">The key that signs with RS256.</param>
    public static string Sign(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload, SigningKey key)
    {
        Span<byte> signature = stackalloc byte[SigningKey.MaximumSize / 8];
        var signedLength = header.Length + 1 + Base64Url.GetEncodedLength(payload.Length);
        var length = signedLength + 1 + Base64Url.GetEncodedLength(key.SignatureLength);
        var buffer = ArrayPool<byte>.Shared.Rent(length);

        try
        {
            var jws = buffer.AsSpan(0, length);
            header.CopyTo(jws);
            jws[header.Length] = (byte)'.';
            Base64Url.EncodeToUtf8(payload, jws[(header.Length + 1)..]);
            key.Sign(jws[..signedLength], signature);
            jws[signedLength] = (byte)'.';
            Base64Url.EncodeToUtf8(signature[..key.SignatureLength], jws[(signedLength + 1)..]);

            return Encoding.ASCII.GetString(jws);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
