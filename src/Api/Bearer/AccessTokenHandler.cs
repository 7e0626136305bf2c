using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Api.Configuration;
using Api.Foundation;
using Api.Foundation.Caching;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Bearer;

/// <summary>
/// Checks an access token (RFC 9068 §4): the algorithm, the signature, the type, the issuer, the audience and the lifetime, then the rules
/// that the library does not check.
/// </summary>
internal sealed class AccessTokenHandler : JsonWebTokenHandler
{
    // The request line and all headers of a request through API Gateway have at most this size.
    private const int MaximumTokenLength = 10_240;

    private static readonly JsonDocumentOptions UniqueNames = new() { AllowDuplicateProperties = false };

    private readonly KeyRingConfigurationManager _keys;

    // By the hash of the token. A request costs 26 µs of processor time with this cache, and 64 µs without it.
    private readonly MemoCache<string, TokenValidationResult> _verified;

    public AccessTokenHandler(AuthorizationServerOptions server, KeyRingConfigurationManager keys, TimeProvider time)
    {
        _keys = keys;
        _verified = new(1_000, time);
        MapInboundClaims = false;
        MaximumTokenSizeInBytes = MaximumTokenLength;
        Rules = new()
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [server.AccessTokenType],
            ValidIssuer = server.Issuer,
            ValidAudience = server.Audience,
            // The audience is compared character by character, as API Gateway does.
            IgnoreTrailingSlashWhenValidatingAudience = false,
            // Only the key that the kid names is tried.
            TryAllIssuerSigningKeys = false,
            NameClaimType = JwtRegisteredClaimNames.Sub,
            LifetimeValidator = (notBefore, expires, _, _) => IsAlive(notBefore, expires, time.GetUtcNow().UtcDateTime),
        };
    }

    /// <summary>The rules that the library checks.</summary>
    public TokenValidationParameters Rules { get; }

    /// <param name="token">The token from the Authorization header.</param>
    /// <param name="validationParameters">The <see cref="Rules"/>, with the keys that are published now.</param>
    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

        // Callers send the same token many times. If its key is no longer published, the token is checked again and refused.
        if (_verified.Find(hash)?.Value is { } verified
            && validationParameters.IssuerSigningKeys.Contains(verified.SecurityToken.SigningKey))
        {
            return verified;
        }

        var result = await base.ValidateTokenAsync(token, validationParameters);

        // The kid may be that of a new key.
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await _keys.ReloadEarlyAsync() is { } newKeys)
        {
            var newParameters = validationParameters.Clone();
            newParameters.IssuerSigningKeys = newKeys;
            result = await base.ValidateTokenAsync(token, newParameters);
        }

        if (!result.IsValid)
        {
            return result;
        }

        if (!IsUnambiguous((JsonWebToken)result.SecurityToken))
        {
            return new() { Exception = new SecurityTokenException("The token has a valid signature, but it is not an access token.") };
        }

        _verified.Set(hash, new(result, result.SecurityToken.ValidTo));

        return result;
    }

    // A token without exp is refused. The clock is that of the token endpoint.
    private static bool IsAlive(DateTime? notBefore, DateTime? expires, DateTime now) =>
        expires > now - AuthorizationServerOptions.ClockSkew
        && !(notBefore > now + AuthorizationServerOptions.ClockSkew);

    // The library accepts repeated members, other types of values and other ways to name a key.
    private static bool IsUnambiguous(JsonWebToken token)
    {
        try
        {
            using var header = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedHeader), UniqueNames);
            using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), UniqueNames);

            return StrictBase64Url.AreParts(token.EncodedToken)
                // No extension is supported (RFC 7515 §4.1.11).
                && KindOf(header, "crit") is JsonValueKind.Undefined
                // Without kid, the library would look for the key of an x5t.
                && KindOf(header, "kid") is JsonValueKind.String
                && KindOf(payload, JwtRegisteredClaimNames.Exp) is JsonValueKind.Number
                && KindOf(payload, JwtRegisteredClaimNames.Sub) is JsonValueKind.String
                && KindOf(payload, "scope") is JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Undefined;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonValueKind KindOf(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Undefined;
}
