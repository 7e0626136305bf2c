using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Api.Clients;
using Api.Keys;

namespace Api.Tokens;

/// <summary>Makes access tokens: the claims of RFC 9068 §2.2, signed with the key that is active now.</summary>
internal sealed class AccessTokenIssuer(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly ReusableTokens _reusable = new();
    private Header? _header;

    public async ValueTask<IssuedToken> IssueAsync(Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var ring = await keys.GetAsync(cancellation);
        var key = ring.SigningKeyAt(now);
        var scope = string.Join(' ', scopes);

        if (_reusable.Find(client, scope, key.Kid, now) is { } made)
        {
            return made;
        }

        var tokenId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var lifetime = (long)(client.AccessTokenLifetime ?? options.AccessTokenLifetime).TotalSeconds;
        var payload = new ArrayBufferWriter<byte>(512);
        WriteClaims(payload, client, scope, tokenId, now.ToUnixTimeSeconds(), lifetime);
        var token = CompactJws.Sign(HeaderOf(key).Encoded, payload.WrittenSpan, key);
        var issued = new IssuedToken(new(token, "Bearer", lifetime, scope), tokenId);
        _reusable.Keep(client, scope, key.Kid, now, issued);

        return issued;
    }

    private void WriteClaims(IBufferWriter<byte> payload, Client client, string scope, string tokenId, long now, long lifetime)
    {
        using var json = new Utf8JsonWriter(payload);
        json.WriteStartObject();
        json.WriteString("iss"u8, options.Issuer);
        json.WriteString("sub"u8, client.ClientId);
        json.WriteString("aud"u8, options.Audience);
        json.WriteString("client_id"u8, client.ClientId);
        json.WriteString("scope"u8, scope);
        json.WriteNumber("iat"u8, now);
        // No `nbf`: it would refuse the token to a verifier whose clock is behind.
        json.WriteNumber("exp"u8, now + lifetime);
        json.WriteString("jti"u8, tokenId);

        foreach (var (name, value) in client.Claims)
        {
            // No store keeps such a claim; were there one all the same, it would not stand beside what the server says.
            if (!Client.RegisteredClaims.Contains(name))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    // One key signs for weeks.
    private Header HeaderOf(SigningKey key)
    {
        if (Volatile.Read(ref _header) is not { } header || header.Key != key)
        {
            header = Header.Of(key, options.AccessTokenType);
            Volatile.Write(ref _header, header);
        }

        return header;
    }

    /// <summary>The protected header of the tokens that a key signs (RFC 7515 §4, RFC 9068 §2.1).</summary>
    private sealed record Header(SigningKey Key, byte[] Encoded)
    {
        public static Header Of(SigningKey key, string type)
        {
            var text = new ArrayBufferWriter<byte>();

            using (var json = new Utf8JsonWriter(text))
            {
                json.WriteStartObject();
                json.WriteString("alg"u8, "RS256"u8);
                json.WriteString("kid"u8, key.Kid);
                json.WriteString("typ"u8, type);
                json.WriteEndObject();
            }

            return new(key, Base64Url.EncodeToUtf8(text.WrittenSpan));
        }
    }
}
