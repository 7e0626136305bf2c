using System.Net.Mime;
using Api.Audit;
using Api.Bearer;
using Api.Clients;
using Api.Hosting;
using Api.OAuth;
using Api.Sessions.Families;

namespace Api.Tokens;

/// <summary>The revocation endpoint (RFC 7009 §2). A refresh token and an access token of a user end the sign-in to the client.</summary>
internal static class RevocationEndpoint
{
    public static void MapRevocation(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(EndpointPaths.Revoke, PostAsync)
            .AllowAnonymous()
            .WithTags("OAuth 2.0")
            .WithSummary("Revokes a refresh token, or the sign-in of an access token (RFC 7009 §2)")
            .WithDescription("The client authenticates as at the token endpoint. An unknown token is answered with 200 too. Access tokens "
                + "stay valid at other servers until they expire.")
            .WithMetadata(new DescribedBody(typeof(TokenBody), [MediaTypeNames.Application.FormUrlEncoded, MediaTypeNames.Application.Json]))
            .Produces(StatusCodes.Status200OK)
            .Produces<OAuthErrorResponse>(StatusCodes.Status400BadRequest)
            .Produces<OAuthErrorResponse>(StatusCodes.Status401Unauthorized)
            .Produces<OAuthErrorResponse>(StatusCodes.Status408RequestTimeout)
            .Produces<OAuthErrorResponse>(StatusCodes.Status413PayloadTooLarge)
            .Produces<OAuthErrorResponse>(StatusCodes.Status415UnsupportedMediaType)
            .Produces<OAuthErrorResponse>(StatusCodes.Status503ServiceUnavailable)
            .WithMetadata(new UnavailableAnswer(OAuthError.Unavailable))
            .ShortCircuit();

        routes.MapMethodNotAllowed(EndpointPaths.Revoke, HttpMethods.Post, OAuthError.MethodNotAllowed);
    }

    private static async Task<IResult> PostAsync(
        HttpContext http, ClientAuthentication authentication, TokenFamilyStore families, AccessTokenVerifier accessTokens, AuditLog audit)
    {
        var request = await ClientRequest.ReadAsync(http, authentication, RequestParameters.TokenName);

        if (request is not { Error: null, Client: { } client, Parameters.Token: { } token })
        {
            return request.Refuse(http, audit, request.Error!);
        }

        var (sub, grantId, clientId) = await FindAsync(families, accessTokens, token, http.RequestAborted);

        if (clientId is null)
        {
            return TypedResults.Ok();
        }

        if (clientId != client.ClientId)
        {
            return request.Refuse(http, audit, OAuthError.TokenOfAnotherClient);
        }

        if (sub is null || grantId is null)
        {
            return request.Refuse(http, audit, OAuthError.UnsupportedTokenType);
        }

        await families.EndAsync(sub, grantId, CancellationToken.None);
        audit.TokenRevoked(http, client.ClientId, sub, grantId);

        return TypedResults.Ok();
    }

    // Without a client: the token is none of this server, or has ended already.
    private static async Task<(string? Sub, string? GrantId, string? ClientId)> FindAsync(
        TokenFamilyStore families, AccessTokenVerifier accessTokens, string token, CancellationToken cancellation)
    {
        if (RefreshToken.TryParse(token, out var refreshToken))
        {
            return await families.FindAsync(refreshToken.Sub, refreshToken.FamilyId, cancellation) is { } family
                && refreshToken.IsMarkedBy(family)
                    ? (family.Sub, family.Id, family.ClientId)
                    : default;
        }

        return await accessTokens.VerifyAsync(token, cancellation) is var (_, claims)
            ? (claims.FindFirst("sub")?.Value, claims.FindFirst("grant_id")?.Value, claims.FindFirst("client_id")?.Value)
            : default;
    }
}

/// <summary>The body of a revocation or introspection request in the OpenAPI document (RFC 7009 §2.1, RFC 7662 §2.1).</summary>
internal sealed record TokenBody(
    string Token, string? TokenTypeHint, string? ClientId, string? ClientSecret, string? ClientAssertionType, string? ClientAssertion);
