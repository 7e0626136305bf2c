using System.Buffers.Text;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Json;
using Api.Keys;

namespace Api.Tokens;

/// <summary>Makes access tokens: the claims of RFC 9068 §2.2, signed with the key that is active now.</summary>
internal sealed class AccessTokenIssuer(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly ReusableTokens _reusable = new(time);

    // A client that has changed is another object.
    private readonly ConditionalWeakTable<Client, ConstantClaims> _claims = [];
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
        var issuedAt = now.ToUnixTimeSeconds();
        var payload = ClaimsOf(client, scope).With(issuedAt, issuedAt + lifetime, tokenId);
        var token = JwtSigner.Sign(HeaderOf(key).Encoded, payload.Span, key);
        var issued = new IssuedToken(new(token, "Bearer", lifetime, scope), tokenId);
        _reusable.Add(client, scope, key.Kid, now, issued);

        return issued;
    }

    private ConstantClaims ClaimsOf(Client client, string scope)
    {
        if (!_claims.TryGetValue(client, out var claims) || claims.Scope != scope)
        {
            claims = ConstantClaims.Of(client, scope, options);
            _claims.AddOrUpdate(client, claims);
        }

        return claims;
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
        public static Header Of(SigningKey key, string type) => new(key, Base64Url.EncodeToUtf8(Utf8Json.WriteObject(json =>
        {
            json.WriteString("alg"u8, "RS256"u8);
            json.WriteString("kid"u8, key.Kid);
            json.WriteString("typ"u8, type);
        })));
    }
}
