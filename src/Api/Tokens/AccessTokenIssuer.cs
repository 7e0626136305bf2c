using System.Collections.Immutable;
using System.Security.Cryptography;
using Api.Clients;
using Api.Keys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tokens;

/// <summary>Makes access tokens: the claims of RFC 9068 §2.2, signed with the key that is active now.</summary>
internal sealed class AccessTokenIssuer(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly ReusableTokens _reusable = new();

    // The times below are the only ones: a `nbf` of the handler's would refuse the token to a verifier whose clock is behind.
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

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

        var tokenId = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));
        var lifetime = (long)(client.AccessTokenLifetime ?? options.AccessTokenLifetime).TotalSeconds;
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = options.AccessTokenType,
            SigningCredentials = key.Credentials,
            Claims = Claims(client, scope, tokenId, now.ToUnixTimeSeconds(), lifetime),
        });
        var issued = new IssuedToken(new(token, "Bearer", lifetime, scope), tokenId);
        _reusable.Keep(client, scope, key.Kid, now, issued);

        return issued;
    }

    private Dictionary<string, object> Claims(Client client, string scope, string tokenId, long now, long lifetime)
    {
        var claims = client.Claims.ToDictionary(claim => claim.Key, claim => (object)claim.Value, StringComparer.Ordinal);

        // Set last: what the server says of a token wins over anything that a client brings.
        claims[JwtRegisteredClaimNames.Iss] = options.Issuer;
        claims[JwtRegisteredClaimNames.Sub] = client.ClientId;
        claims[JwtRegisteredClaimNames.Aud] = options.Audience;
        claims["client_id"] = client.ClientId;
        claims["scope"] = scope;
        claims[JwtRegisteredClaimNames.Iat] = now;
        claims[JwtRegisteredClaimNames.Exp] = now + lifetime;
        claims[JwtRegisteredClaimNames.Jti] = tokenId;

        return claims;
    }
}
