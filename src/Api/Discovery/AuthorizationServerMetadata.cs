using Api.Clients;
using Api.Configuration;
using Api.OAuth;
using Microsoft.IdentityModel.Tokens;

namespace Api.Discovery;

/// <summary>The authorization server metadata (RFC 8414 §2, OpenID Connect Discovery 1.0 §3).</summary>
internal sealed record AuthorizationServerMetadata(
    string Issuer,
    string TokenEndpoint,
    string JwksUri,
    IReadOnlyList<string> ScopesSupported,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> GrantTypesSupported,
    IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported,
    IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
    IReadOnlyList<string> TokenEndpointAuthSigningAlgValuesSupported,
    IReadOnlyList<string> ClaimsSupported)
{
    public static AuthorizationServerMetadata From(AuthorizationServerOptions options) => new(
        options.Issuer,
        options.Issuer + EndpointPaths.Token,
        options.Issuer + DiscoveryEndpoints.JwksPath,
        Scope.Parse(options.Scopes)!.Value,
        // There is no authorization endpoint, but the member is required, and verifiers reject an empty list.
        ["token"],
        ["client_credentials"],
        ["public"],
        [SecurityAlgorithms.RsaSha256],
        AuthenticationMethods.All,
        // The algorithms of private_key_jwt assertions, not of access tokens.
        ClientAssertion.Algorithms,
        ["iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti"]);
}
