using Api.Clients;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Api.Routes;

/// <summary>Maps client problems to problem details (RFC 9457) with <c>errors</c> by member.</summary>
internal static class ClientProblems
{
    public static ProblemHttpResult Invalid(string member, string error) =>
        Write(ClientResult.Refused(ClientProblemKind.Invalid, member, error).Problem!, StatusCodes.Status400BadRequest);

    public static ProblemHttpResult Of(ClientProblem problem, HttpContext http) => Write(problem, problem.Kind switch
    {
        ClientProblemKind.NotFound => StatusCodes.Status404NotFound,
        ClientProblemKind.Conflict or ClientProblemKind.Damaged => StatusCodes.Status409Conflict,
        // Without If-Match, the change lost against concurrent changes several times.
        ClientProblemKind.Changed => http.Request.Headers.IfMatch.Count is 0
            ? StatusCodes.Status409Conflict
            : StatusCodes.Status412PreconditionFailed,
        _ => StatusCodes.Status400BadRequest,
    });

    private static ProblemHttpResult Write(ClientProblem problem, int status) => TypedResults.Problem(new HttpValidationProblemDetails(problem.Errors)
    {
        Status = status,
        // The framework's title mentions validation for every status.
        Title = null,
        Detail = string.Join(' ', problem.Errors.SelectMany(error => error.Value))
            + (problem.UnlistedErrors is 0 ? "" : $" There are {problem.UnlistedErrors} more errors."),
    });
}
