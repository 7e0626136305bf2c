using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Api.Clients;
using Api.Configuration;
using Api.Foundation.Json;
using Api.Keys;
using Api.Tokens;

namespace Api.SignIn.IdTokens;

/// <summary>What an ID token is bound to: the access token, the <c>nonce</c> of the request and the <c>sid</c> of the session.</summary>
internal sealed record IdTokenBinding(TokenResponse AccessToken, string? Nonce, string Sid);

/// <summary>Issues ID tokens (OpenID Connect Core 1.0 §2), signed with the active key.</summary>
internal sealed class IdTokenIssuer(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    public const string Type = "JWT";

    // RFC 8176 §2: the proof of a key, in the presence of its user, whom the authenticator has verified.
    private static readonly ImmutableArray<string> AuthenticationMethods = ["pop", "user", "mfa"];

    public async ValueTask<string> IssueAsync(
        Client client, UserSignIn signIn, ImmutableArray<string> scopes, IdTokenBinding binding, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var key = (await keys.GetAsync(cancellation)).SigningKeyAt(now);
        var header = Utf8Json.WriteObject(json =>
        {
            json.WriteString("alg"u8, "RS256"u8);
            json.WriteString("kid"u8, key.Kid);
            json.WriteString("typ"u8, Type);
        });
        var claims = Utf8Json.WriteObject(json =>
        {
            json.WriteString("iss"u8, options.Issuer);
            json.WriteString("sub"u8, signIn.User.Sub);
            json.WriteString("aud"u8, client.ClientId);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, now.ToUnixTimeSeconds() + binding.AccessToken.ExpiresIn);
            json.WriteNumber("auth_time"u8, signIn.AuthenticatedAt.ToUnixTimeSeconds());
            WriteMethods(json);
            json.WriteString("sid"u8, binding.Sid);
            json.WriteString("at_hash"u8, HashOf(binding.AccessToken.AccessToken));

            if (binding.Nonce is not null)
            {
                json.WriteString("nonce"u8, binding.Nonce);
            }

            ProfileClaims.Write(json, signIn.User, scopes);
        });

        return JwtSigner.Sign(Base64Url.EncodeToUtf8(header), claims, key);
    }

    private static void WriteMethods(Utf8JsonWriter json)
    {
        json.WriteStartArray("amr"u8);

        foreach (var method in AuthenticationMethods)
        {
            json.WriteStringValue(method);
        }

        json.WriteEndArray();
    }

    // OpenID Connect Core 1.0 §3.1.3.6: the left half of the hash.
    private static string HashOf(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, 16));
}
