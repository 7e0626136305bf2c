using System.Net.Mime;
using Api.Bearer;
using Api.Clients;
using Api.Foundation.Json;
using Api.Hosting;
using Api.OAuth;
using Api.SignIn.IdTokens;

namespace Api.Routes;

/// <summary>The userinfo endpoint (OpenID Connect Core 1.0 §5.3). The access token has the scope <c>openid</c>.</summary>
internal static class UserInfoEndpoint
{
    public static void MapUserInfo(this IEndpointRouteBuilder routes) =>
        routes.MapMethods(EndpointPaths.UserInfo, [HttpMethods.Get, HttpMethods.Post], GetAsync)
            .RequireScope(Scope.OpenId)
            .WithTags("OpenID Connect")
            .WithSummary("Returns the claims about the person of an access token (OpenID Connect Core 1.0 §5.3)")
            .Produces<UserInfo>();

    private static async Task<IResult> GetAsync(HttpContext http, ClientDirectory clients, SignInCheck signIns)
    {
        http.Response.NoStore();
        var sub = http.User.FindFirst("sub")?.Value ?? "";

        var clientId = http.User.FindFirst("client_id")?.Value ?? "";

        if (await clients.FindAsync(clientId, http.RequestAborted) is not { } client
            || await signIns.FindUserAsync(http.User, client, http.RequestAborted) is not { } user)
        {
            http.Response.Headers.WWWAuthenticate =
                $"{BearerAuthentication.Challenge}, error=\"invalid_token\", error_description=\"{InactiveClientReason.OfUser}\"";

            return TypedResults.Problem(statusCode: StatusCodes.Status401Unauthorized);
        }

        var scopes = http.User.FindFirst("scope")!.Value.Split(' ');

        return TypedResults.Bytes(
            Utf8Json.WriteObject(json =>
            {
                json.WriteString("sub"u8, sub);
                ProfileClaims.Write(json, user, scopes);
            }),
            MediaTypeNames.Application.Json);
    }
}

/// <summary>The claims of the userinfo response, for the OpenAPI document.</summary>
internal sealed record UserInfo(string Sub, string? PreferredUsername, string? Name, string? Email, bool? EmailVerified);
