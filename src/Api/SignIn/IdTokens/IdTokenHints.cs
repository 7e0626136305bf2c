using Api.Configuration;
using Api.Keys;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.SignIn.IdTokens;

/// <summary>An ID token that a client sends back to say who it expects, or who signs out.</summary>
internal sealed record IdTokenHint(string ClientId, string Sub, string Sid);

/// <summary>Verifies an <c>id_token_hint</c> (OpenID Connect Core 1.0 §3.1.2.1). It may have expired.</summary>
internal sealed class IdTokenHints(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private const int MaximumLength = 10_240;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = MaximumLength };

    /// <summary>The hint; null if it is not an ID token that this server issued, with a key that is still published, to this client.</summary>
    /// <param name="token">The ID token.</param>
    /// <param name="clientId">The client that sends it; null: any.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<IdTokenHint?> ReadAsync(string token, string? clientId, CancellationToken cancellation)
    {
        var ring = await keys.GetAsync(cancellation);
        var result = await _handler.ValidateTokenAsync(token, new()
        {
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            ValidTypes = [IdTokenIssuer.Type],
            ValidIssuer = options.Issuer,
            AudienceValidator = (audiences, _, _) =>
                audiences.ToArray() is [var audience] && audience != options.Audience && (clientId is null || clientId == audience),
            // It may have expired.
            LifetimeValidator = (_, expires, _, _) => expires is not null,
            IssuerSigningKeys = ring.PublishedAt(time.GetUtcNow()).Select(key => key.PublicKey),
            TryAllIssuerSigningKeys = false,
        });

        return result.IsValid
            && result.SecurityToken is JsonWebToken jwt
            // An access token has the same type and key. It always names its client, and an ID token never does.
            && !jwt.TryGetClaim("client_id", out _)
            && jwt.TryGetClaim("sid", out var sid)
                ? new(jwt.Audiences.Single(), jwt.Subject, sid.Value)
                : null;
    }
}
