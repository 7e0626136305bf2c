using System.Text.Json;
using Api.Bearer;
using Api.Hosting;
using Api.OAuth;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Routes;

/// <summary>The routes below /user. They require scope USER. Add your own routes to this group.</summary>
internal static class UserEndpoints
{
    public static void MapUser(this IEndpointRouteBuilder routes)
    {
        var user = routes.MapGroup("/user").RequireScope(Scope.User).WithTags("User");

        user.MapGet("/me", GetMe)
            .WithSummary("Returns the claims of the caller's access token.")
            .Produces<Dictionary<string, JsonElement>>();
    }

    // Return the signed payload: the ClaimsPrincipal converts numbers, lists and objects to strings.
    private static FileContentHttpResult GetMe(HttpContext http)
    {
        var token = (JsonWebToken)((CaseSensitiveClaimsIdentity)http.User.Identity!).SecurityToken;
        http.Response.NoStore();

        return TypedResults.Bytes(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), "application/json");
    }
}
