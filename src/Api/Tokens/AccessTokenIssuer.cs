using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Json;
using Api.Keys;
using Api.OAuth;
using Api.Users;

namespace Api.Tokens;

/// <summary>Issues access tokens with the claims of RFC 9068 §2.2, signed with the active key.</summary>
internal sealed class AccessTokenIssuer(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly ReusableTokens _reusable = new(time);

    /// <summary>Issues a token for the client itself.</summary>
    public async ValueTask<IssuedToken> IssueAsync(Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var ring = await keys.GetAsync(cancellation);
        var key = ring.SigningKeyAt(now);
        var scope = string.Join(' ', scopes);

        if (_reusable.Find(client, scope, key.Kid, now) is { } reused)
        {
            return reused;
        }

        var issued = Sign(client, signIn: null, scope, key, now);
        _reusable.Add(client, scope, key.Kid, now, issued);

        return issued;
    }

    /// <summary>Issues a token for a user who signed in to the client.</summary>
    public async ValueTask<IssuedToken> IssueAsync(
        Client client, UserSignIn signIn, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var ring = await keys.GetAsync(cancellation);

        return Sign(client, signIn, string.Join(' ', scopes), ring.SigningKeyAt(now), now) with { Sub = signIn.User.Sub };
    }

    private IssuedToken Sign(Client client, UserSignIn? signIn, string scope, SigningKey key, DateTimeOffset now)
    {
        var lifetime = (long)(signIn is null ? client.AccessTokenLifetime ?? options.AccessTokenLifetime : LifetimeOfUser(client)).TotalSeconds;
        var tokenId = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        var header = Utf8Json.WriteObject(json => WriteHeader(json, key));
        var claims = Utf8Json.WriteObject(json => WriteClaims(json, client, signIn, scope, now.ToUnixTimeSeconds(), lifetime, tokenId));
        var token = JwtSigner.Sign(Base64Url.EncodeToUtf8(header), claims, key);

        return new(new(token, "Bearer", lifetime, scope), tokenId);
    }

    /// <summary>The lifetime of an access token for a user of the client. With refresh tokens, it is shorter.</summary>
    public TimeSpan LifetimeOfUser(Client client) => client.AccessTokenLifetime
        ?? (client.MayUseGrant(GrantTypes.RefreshToken) ? options.UserAccessTokenLifetime : options.AccessTokenLifetime);

    // RFC 7515 §4, RFC 9068 §2.1.
    private void WriteHeader(Utf8JsonWriter json, SigningKey key)
    {
        json.WriteString("alg"u8, "RS256"u8);
        json.WriteString("kid"u8, key.Kid);
        json.WriteString("typ"u8, options.AccessTokenType);
    }

    // RFC 9068 §2.2. No nbf: a verifier whose clock is behind would refuse the token.
    private void WriteClaims(
        Utf8JsonWriter json, Client client, UserSignIn? signIn, string scope, long issuedAt, long lifetime, string tokenId)
    {
        json.WriteString("iss"u8, options.Issuer);
        json.WriteString("sub"u8, signIn?.User.Sub ?? client.ClientId);
        json.WriteString("aud"u8, options.Audience);
        json.WriteString("client_id"u8, client.ClientId);
        json.WriteString("scope"u8, scope);
        json.WriteNumber("iat"u8, issuedAt);
        json.WriteNumber("exp"u8, issuedAt + lifetime);
        json.WriteString("jti"u8, tokenId);

        if (signIn is null)
        {
            WriteOwnClaims(json, client.Claims);

            return;
        }

        json.WriteNumber("auth_time"u8, signIn.AuthenticatedAt.ToUnixTimeSeconds());
        json.WriteString("grant_id"u8, signIn.GrantId);
        // The value of the user is more specific than that of the client.
        WriteOwnClaims(json, signIn.User.Claims);
        WriteOwnClaims(json, client.Claims.RemoveRange(signIn.User.Claims.Keys));
    }

    private static void WriteOwnClaims(Utf8JsonWriter json, ImmutableSortedDictionary<string, JsonElement> claims)
    {
        foreach (var (name, value) in claims)
        {
            // No store contains such a claim. If one did, it would still not replace a claim of the server.
            if (!Client.RegisteredClaims.Contains(name))
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }
        }
    }
}

/// <summary>A user who signed in to a client.</summary>
/// <param name="User">The user.</param>
/// <param name="AuthenticatedAt">The <c>auth_time</c> of the tokens (OpenID Connect Core 1.0 §2).</param>
/// <param name="GrantId">The <c>grant_id</c> of the tokens: what ends when this sign-in to the client ends.</param>
internal sealed record UserSignIn(User User, DateTimeOffset AuthenticatedAt, string GrantId);
