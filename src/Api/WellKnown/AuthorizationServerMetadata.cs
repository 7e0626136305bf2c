using System.Collections.Immutable;
using Microsoft.IdentityModel.Tokens;

namespace Api.WellKnown;

/// <summary>What this server is and can do (RFC 8414 §2, OpenID Connect Discovery 1.0 §3).</summary>
internal sealed record AuthorizationServerMetadata(
    string Issuer,
    string TokenEndpoint,
    string JwksUri,
    ImmutableArray<string> ScopesSupported,
    ImmutableArray<string> ResponseTypesSupported,
    ImmutableArray<string> GrantTypesSupported,
    ImmutableArray<string> SubjectTypesSupported,
    ImmutableArray<string> IdTokenSigningAlgValuesSupported,
    ImmutableArray<string> TokenEndpointAuthMethodsSupported,
    ImmutableArray<string> TokenEndpointAuthSigningAlgValuesSupported,
    ImmutableArray<string> ClaimsSupported)
{
    public static AuthorizationServerMetadata From(AuthorizationServerOptions options) => new(
        options.Issuer,
        options.Issuer + Tokens.TokenEndpoint.Path,
        options.Issuer + WellKnownEndpoints.JwksPath,
        Scope.Parse(options.Scopes)!.Value,
        // There is no authorization endpoint, but the member is required and verifiers refuse an empty one.
        ["token"],
        ["client_credentials"],
        ["public"],
        [SecurityAlgorithms.RsaSha256],
        ["client_secret_basic", "client_secret_post"],
        [SecurityAlgorithms.RsaSha256],
        ["iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti"]);
}
