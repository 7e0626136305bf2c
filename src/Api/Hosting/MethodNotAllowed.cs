using Microsoft.Net.Http.Headers;

namespace Api.Hosting;

/// <summary>
/// Answers the other methods of an open route with 405 and <c>Allow</c> (RFC 9110 §15.5.6); the router's own answer would be
/// denied like any request that no route has opened.
/// </summary>
internal static class MethodNotAllowed
{
    public static void MapMethodNotAllowed(this IEndpointRouteBuilder routes, string path, string allowed, IResult? body = null) =>
        routes.Map(path, http =>
        {
            http.Response.Headers[HeaderNames.Allow] = allowed;

            return (body ?? TypedResults.Problem(statusCode: StatusCodes.Status405MethodNotAllowed)).ExecuteAsync(http);
        })
        .AllowAnonymous()
        .ShortCircuit()
        .ExcludeFromDescription();
}
