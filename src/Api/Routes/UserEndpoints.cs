using System.Text.Json;
using Api.Bearer;
using Api.Hosting;
using Api.OAuth;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Api.Routes;

/// <summary>What a caller with scope USER may do. Routes of your own go into the same group and are guarded like it.</summary>
internal static class UserEndpoints
{
    public static void MapUser(this IEndpointRouteBuilder routes)
    {
        var user = routes.MapGroup("/user").RequireScope(Scope.User).WithTags("User");

        user.MapGet("/me", GetMe)
            .WithSummary("The claims of the caller's access token")
            .Produces<Dictionary<string, JsonElement>>();
    }

    // The payload as it was signed: a principal would turn numbers, lists and objects into strings.
    private static FileContentHttpResult GetMe(HttpContext http)
    {
        var token = (JsonWebToken)((CaseSensitiveClaimsIdentity)http.User.Identity!).SecurityToken;
        http.Response.NoStore();

        return TypedResults.Bytes(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), "application/json");
    }
}
