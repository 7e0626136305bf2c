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
    // The times below are the only ones: a `nbf` of the handler's would refuse the token to a verifier whose clock is behind.
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public async Task<TokenResponse> IssueAsync(Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var ring = await keys.GetAsync(cancellation);
        var lifetime = (long)(client.AccessTokenLifetime ?? options.AccessTokenLifetime).TotalSeconds;
        var scope = string.Join(' ', scopes);

        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = options.AccessTokenType,
            SigningCredentials = ring.SigningKeyAt(now).Credentials,
            Claims = Claims(client, scope, now.ToUnixTimeSeconds(), lifetime),
        });

        return new(token, "Bearer", lifetime, scope);
    }

    private Dictionary<string, object> Claims(Client client, string scope, long now, long lifetime)
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
        claims[JwtRegisteredClaimNames.Jti] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16));

        return claims;
    }
}
