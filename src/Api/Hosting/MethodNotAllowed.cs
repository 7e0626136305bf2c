using Microsoft.Net.Http.Headers;

namespace Api.Hosting;

/// <summary>
/// Answers unsupported methods of an anonymous route with 405 and <c>Allow</c> (RFC 9110 §15.5.6). The router's own 405 endpoint
/// is not anonymous, so the fallback policy would deny it.
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
