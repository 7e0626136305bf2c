using System.Net.Mime;
using Api.Audit;
using Api.Clients;
using Api.Foundation.Json;
using Api.Hosting;
using Api.OAuth;
using Api.Sessions.Families;

namespace Api.Tokens;

/// <summary>The introspection endpoint (RFC 7662 §2), for clients with a secret or a key.</summary>
internal static class IntrospectionEndpoint
{
    public static void MapIntrospection(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(EndpointPaths.Introspect, PostAsync)
            .AllowAnonymous()
            .WithTags("OAuth 2.0")
            .WithSummary("Tells whether a token is active (RFC 7662 §2)")
            .WithDescription("The client authenticates as at the token endpoint; a public client cannot. The response has the claims of an "
                + "active access token. A refresh token is active for its own client only.")
            .WithMetadata(new DescribedBody(typeof(TokenBody), [MediaTypeNames.Application.FormUrlEncoded, MediaTypeNames.Application.Json]))
            .Produces<Introspection>()
            .Produces<OAuthErrorResponse>(StatusCodes.Status400BadRequest)
            .Produces<OAuthErrorResponse>(StatusCodes.Status401Unauthorized)
            .Produces<OAuthErrorResponse>(StatusCodes.Status408RequestTimeout)
            .Produces<OAuthErrorResponse>(StatusCodes.Status413PayloadTooLarge)
            .Produces<OAuthErrorResponse>(StatusCodes.Status415UnsupportedMediaType)
            .Produces<OAuthErrorResponse>(StatusCodes.Status503ServiceUnavailable)
            .WithMetadata(new UnavailableAnswer(OAuthError.Unavailable))
            .ShortCircuit();

        routes.MapMethodNotAllowed(EndpointPaths.Introspect, HttpMethods.Post, OAuthError.MethodNotAllowed);
    }

    private static async Task<IResult> PostAsync(HttpContext http, ClientAuthentication authentication, TokenStates states, AuditLog audit)
    {
        var request = await ClientRequest.ReadAsync(http, authentication, RequestParameters.TokenName);

        if (request is not { Error: null, Client: { } client, Parameters.Token: { } token })
        {
            return request.Refuse(http, audit, request.Error!);
        }

        // RFC 7662 §2.1: the caller must be authorized, so that nobody can try tokens.
        if (client.IsPublic)
        {
            return request.Refuse(http, audit, OAuthError.InvalidClient("A public client cannot introspect tokens."));
        }

        var json = RefreshToken.TryParse(token, out var refreshToken)
            ? await states.DescribeAsync(refreshToken, client, http.RequestAborted)
            : await states.DescribeAsync(token, http.RequestAborted);

        return TypedResults.Bytes(json ?? Utf8Json.WriteObject(inactive => inactive.WriteBoolean("active"u8, value: false)), MediaTypeNames.Application.Json);
    }
}

/// <summary>The introspection response in the OpenAPI document (RFC 7662 §2.2). Own claims follow.</summary>
internal sealed record Introspection(
    bool Active,
    string? TokenType,
    string? Username,
    string? Iss,
    string? Sub,
    string? Aud,
    string? ClientId,
    string? Scope,
    long? Iat,
    long? Exp,
    string? Jti,
    long? AuthTime,
    string? GrantId);
