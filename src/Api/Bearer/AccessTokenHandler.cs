using System.Text.Json;
using Api.Foundation;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Bearer;

/// <summary>
/// Checks access tokens (RFC 9068 §4) and, where the library reads on, refuses a signed one that can be read in more than one way
/// or asks for what nobody here understands.
/// </summary>
internal sealed class AccessTokenHandler : JsonWebTokenHandler
{
    private static readonly JsonDocumentOptions OneReading = new() { AllowDuplicateProperties = false };

    public override async Task<TokenValidationResult> ValidateTokenAsync(
        string token, TokenValidationParameters validationParameters)
    {
        var result = await base.ValidateTokenAsync(token, validationParameters);

        return !result.IsValid || HasOneReading((JsonWebToken)result.SecurityToken)
            ? result
            : new() { Exception = new SecurityTokenException("The token is signed, but it is no access token.") };
    }

    private static bool HasOneReading(JsonWebToken token)
    {
        try
        {
            using var header = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedHeader), OneReading);
            using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), OneReading);

            // No extension is understood (RFC 7515 §4.1.11), and only kid names a key: the library would look for it in x5t as well.
            return StrictBase64Url.AreParts(token.EncodedToken)
                && Kind(header, "crit") is JsonValueKind.Undefined
                && Kind(header, "kid") is JsonValueKind.String
                && Kind(payload, JwtRegisteredClaimNames.Exp) is JsonValueKind.Number
                && Kind(payload, JwtRegisteredClaimNames.Sub) is JsonValueKind.String
                && Kind(payload, "scope") is JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Undefined;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonValueKind Kind(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Undefined;
}
