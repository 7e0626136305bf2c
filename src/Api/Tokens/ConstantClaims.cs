using System.Globalization;
using System.Text.Unicode;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Json;

namespace Api.Tokens;

/// <summary>
/// The claims (RFC 9068 §2.2) that every token of a client with the same scope has, as the JSON that surrounds those that differ:
/// written once, copied into each token.
/// </summary>
internal sealed class ConstantClaims
{
    // Two dates of 19 digits, a jti of 22 characters, and what stands between them.
    private const int MaximumVariableLength = 80;

    private readonly byte[] _before;
    private readonly byte[] _after;

    private ConstantClaims(string scope, byte[] before, byte[] after) => (Scope, _before, _after) = (scope, before, after);

    public string Scope { get; }

    public static ConstantClaims Of(Client client, string scope, AuthorizationServerOptions options) =>
        new(scope, Before(client, scope, options), After(client));

    /// <summary>The whole payload of a token.</summary>
    /// <param name="issuedAt">Seconds since 1970 (RFC 7519 §2).</param>
    /// <param name="expiresAt">Likewise.</param>
    /// <param name="tokenId">In base64url, so that nothing in it has to be escaped.</param>
    public ReadOnlyMemory<byte> With(long issuedAt, long expiresAt, string tokenId)
    {
        var payload = new byte[_before.Length + MaximumVariableLength + _after.Length];
        _before.CopyTo(payload, 0);
        // No `nbf`: it would refuse the token to a verifier whose clock is behind.
        var fits = Utf8.TryWrite(
            payload.AsSpan(_before.Length),
            CultureInfo.InvariantCulture,
            $",\"iat\":{issuedAt},\"exp\":{expiresAt},\"jti\":\"{tokenId}\"",
            out var written);
        ArgumentOutOfRangeException.ThrowIfEqual(fits, false, nameof(tokenId));
        _after.CopyTo(payload, _before.Length + written);

        return payload.AsMemory(0, _before.Length + written + _after.Length);
    }

    private static byte[] Before(Client client, string scope, AuthorizationServerOptions options) => Utf8Json.WriteObject(json =>
    {
        json.WriteString("iss"u8, options.Issuer);
        json.WriteString("sub"u8, client.ClientId);
        json.WriteString("aud"u8, options.Audience);
        json.WriteString("client_id"u8, client.ClientId);
        json.WriteString("scope"u8, scope);
    })[..^1];

    private static byte[] After(Client client)
    {
        var claims = Utf8Json.WriteObject(json =>
        {
            foreach (var (name, value) in client.Claims)
            {
                // No store keeps such a claim; were there one all the same, it would not stand beside what the server says.
                if (!Client.RegisteredClaims.Contains(name))
                {
                    json.WritePropertyName(name);
                    value.WriteTo(json);
                }
            }
        });

        return claims is [_, var end] ? [end] : [(byte)',', .. claims[1..]];
    }
}
