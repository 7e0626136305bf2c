using Api.Clients;
using Api.Configuration;
using Api.OAuth;
using Api.Tokens.Grants;
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
    private static readonly string[] AccessTokenClaims = ["iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti"];

    public string? AuthorizationEndpoint { get; init; }

    public string? UserinfoEndpoint { get; init; }

    public string? EndSessionEndpoint { get; init; }

    /// <summary>RFC 7009.</summary>
    public string? RevocationEndpoint { get; init; }

    public IReadOnlyList<string>? RevocationEndpointAuthMethodsSupported { get; init; }

    public IReadOnlyList<string>? RevocationEndpointAuthSigningAlgValuesSupported { get; init; }

    /// <summary>RFC 7662.</summary>
    public string? IntrospectionEndpoint { get; init; }

    public IReadOnlyList<string>? IntrospectionEndpointAuthMethodsSupported { get; init; }

    public IReadOnlyList<string>? IntrospectionEndpointAuthSigningAlgValuesSupported { get; init; }

    public IReadOnlyList<string>? ResponseModesSupported { get; init; }

    public IReadOnlyList<string>? CodeChallengeMethodsSupported { get; init; }

    public IReadOnlyList<string>? PromptValuesSupported { get; init; }

    /// <summary>RFC 9207 §3.</summary>
    public bool? AuthorizationResponseIssParameterSupported { get; init; }

    public bool? ClaimsParameterSupported { get; init; }

    public bool? RequestParameterSupported { get; init; }

    /// <summary>The default is true.</summary>
    public bool? RequestUriParameterSupported { get; init; }

    public static AuthorizationServerMetadata From(AuthorizationServerOptions options, IEnumerable<GrantType> grantTypes)
    {
        var forPrograms = new AuthorizationServerMetadata(
            options.Issuer,
            options.Issuer + EndpointPaths.Token,
            options.Issuer + DiscoveryEndpoints.JwksPath,
            Scope.Parse(options.Scopes)!.Value,
            // Without an authorization endpoint there is none, but the member is required, and verifiers reject an empty list.
            ["token"],
            [.. grantTypes.Select(type => type.Name)],
            ["public"],
            [SecurityAlgorithms.RsaSha256],
            AuthenticationMethods.All.Remove(AuthenticationMethods.None),
            // The algorithms of private_key_jwt assertions, not of access tokens.
            ClientAssertion.Algorithms,
            AccessTokenClaims);

        return !options.SignIn ? forPrograms : forPrograms with
        {
            AuthorizationEndpoint = options.Issuer + EndpointPaths.Authorize,
            UserinfoEndpoint = options.Issuer + EndpointPaths.UserInfo,
            EndSessionEndpoint = options.Issuer + EndpointPaths.Logout,
            RevocationEndpoint = options.Issuer + EndpointPaths.Revoke,
            RevocationEndpointAuthMethodsSupported = AuthenticationMethods.All,
            RevocationEndpointAuthSigningAlgValuesSupported = ClientAssertion.Algorithms,
            IntrospectionEndpoint = options.Issuer + EndpointPaths.Introspect,
            IntrospectionEndpointAuthMethodsSupported = forPrograms.TokenEndpointAuthMethodsSupported,
            IntrospectionEndpointAuthSigningAlgValuesSupported = ClientAssertion.Algorithms,
            ScopesSupported = [.. Scope.OpenIdConnect, Scope.OfflineAccess, .. forPrograms.ScopesSupported.Except([.. Scope.OpenIdConnect, Scope.OfflineAccess])],
            ResponseTypesSupported = ["code"],
            ResponseModesSupported = ["query", "form_post"],
            CodeChallengeMethodsSupported = ["S256"],
            PromptValuesSupported = ["none", "login", "consent", "select_account"],
            TokenEndpointAuthMethodsSupported = AuthenticationMethods.All,
            ClaimsSupported =
            [
                .. AccessTokenClaims, "auth_time", "grant_id", "amr", "sid", "at_hash", "nonce", "name", "preferred_username", "email", "email_verified",
            ],
            AuthorizationResponseIssParameterSupported = true,
            ClaimsParameterSupported = false,
            RequestParameterSupported = false,
            RequestUriParameterSupported = false,
        };
    }
}
