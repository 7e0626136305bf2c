using System.Net.Mime;
using Api.Audit;
using Api.Clients;
using Api.Hosting;
using Api.OAuth;
using Api.Tokens.Grants;

namespace Api.Tokens;

/// <summary>The token endpoint (RFC 6749 §3.2).</summary>
internal static class TokenEndpoint
{
    public static void AddTokens(this IServiceCollection services)
    {
        services.AddSingleton<AccessTokenIssuer>();
        services.AddSingleton<ScopePolicy>();
        services.AddSingleton<TokenStates>();
        services.AddSingleton<ClientCredentialsGrant>();
        services.AddSingleton(new GrantType(
            GrantTypes.ClientCredentials, provider => provider.GetRequiredService<ClientCredentialsGrant>()));
    }

    public static void MapToken(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(EndpointPaths.Token, PostAsync)
            .AllowAnonymous()
            .WithTags("OAuth 2.0")
            .WithSummary("Issues an access token (RFC 6749 §4.1.3, §4.4, §6)")
            .WithDescription("The client authenticates with HTTP Basic, with client_id and client_secret in the body, or with a signed "
                + "client_assertion (RFC 7523 §2.2). A public client sends its client_id alone. With client_credentials and without scope, the "
                + "token has all scopes of the client. Errors: invalid_request, invalid_client, invalid_grant, invalid_scope, "
                + "unauthorized_client, unsupported_grant_type.")
            .WithMetadata(new DescribedBody(
                typeof(TokenRequestBody), [MediaTypeNames.Application.FormUrlEncoded, MediaTypeNames.Application.Json]))
            .Produces<TokenResponse>()
            .Produces<OAuthErrorResponse>(StatusCodes.Status400BadRequest)
            .Produces<OAuthErrorResponse>(StatusCodes.Status401Unauthorized)
            .Produces<OAuthErrorResponse>(StatusCodes.Status408RequestTimeout)
            .Produces<OAuthErrorResponse>(StatusCodes.Status413PayloadTooLarge)
            .Produces<OAuthErrorResponse>(StatusCodes.Status415UnsupportedMediaType)
            .Produces<OAuthErrorResponse>(StatusCodes.Status503ServiceUnavailable)
            .WithMetadata(new UnavailableAnswer(OAuthError.Unavailable))
            .ShortCircuit();

        routes.MapMethodNotAllowed(EndpointPaths.Token, HttpMethods.Post, OAuthError.MethodNotAllowed);
    }

    private static async Task<IResult> PostAsync(
        HttpContext http,
        ClientAuthentication authentication,
        IEnumerable<GrantType> grantTypes,
        AuditLog audit)
    {
        var request = await ClientRequest.ReadAsync(http, authentication, RequestParameters.GrantTypeName);

        if (request is not { Error: null, Client: { } client, Parameters: { } parameters, Credentials: { } credentials })
        {
            return request.Refuse(http, audit, request.Error!);
        }

        if (grantTypes.FirstOrDefault(type => type.Name == parameters.GrantType) is not { } grantType)
        {
            return request.Refuse(http, audit, OAuthError.UnsupportedGrantType);
        }

        if (!client.MayUseGrant(grantType.Name))
        {
            return request.Refuse(http, audit, OAuthError.GrantTypeNotAllowed);
        }

        var (issued, error) = await grantType.Create(http.RequestServices).HandleAsync(client, parameters, http.RequestAborted);

        if (issued is null)
        {
            return request.Refuse(http, audit, error!);
        }

        audit.TokenIssued(http, client.ClientId, credentials.Method, issued.Response.Scope, issued.TokenId, issued.Reused, issued.Sub);

        return issued.Response;
    }
}

/// <summary>The body of a token request in the OpenAPI document (RFC 6749 §2.3.1, §4.1.3, §4.4.2, §6, RFC 7521 §4.2, RFC 7636 §4.5).</summary>
internal sealed record TokenRequestBody(
    string GrantType,
    string? Scope,
    string? ClientId,
    string? ClientSecret,
    string? ClientAssertionType,
    string? ClientAssertion,
    string? Code,
    string? RedirectUri,
    string? CodeVerifier,
    string? RefreshToken);
