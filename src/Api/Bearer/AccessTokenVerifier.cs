using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Api.Bearer;

/// <summary>Verifies an access token that is not the one of the request (RFC 7009, RFC 7662), by the same rules.</summary>
internal sealed class AccessTokenVerifier(AccessTokenHandler handler, KeyRingConfigurationManager keys)
{
    /// <summary>The token and its claims; null if it is not a valid access token.</summary>
    public async Task<(JsonWebToken Token, ClaimsPrincipal Claims)?> VerifyAsync(string token, CancellationToken cancellation)
    {
        var rules = handler.Rules.Clone();
        rules.IssuerSigningKeys = (await keys.GetConfigurationAsync(cancellation)).SigningKeys;
        var result = await handler.ValidateTokenAsync(token, rules);

        return result.IsValid ? ((JsonWebToken)result.SecurityToken, new(result.ClaimsIdentity)) : null;
    }
}
