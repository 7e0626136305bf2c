using Api.Administration;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Api.Routes;

/// <summary>Maps client problems to problem details (RFC 9457) with <c>errors</c> by member.</summary>
internal static class AdminProblems
{
    public static ProblemHttpResult Invalid(string member, string error) =>
        Write(AdminProblem.Of(AdminProblemKind.Invalid, member, error), StatusCodes.Status400BadRequest);

    public static ProblemHttpResult Of(AdminProblem problem, HttpContext http) => Write(problem, problem.Kind switch
    {
        AdminProblemKind.NotFound => StatusCodes.Status404NotFound,
        AdminProblemKind.Conflict or AdminProblemKind.Damaged => StatusCodes.Status409Conflict,
        // Without If-Match, the change lost against concurrent changes several times.
        AdminProblemKind.Changed => http.Request.Headers.IfMatch.Count is 0
            ? StatusCodes.Status409Conflict
            : StatusCodes.Status412PreconditionFailed,
        _ => StatusCodes.Status400BadRequest,
    });

    private static ProblemHttpResult Write(AdminProblem problem, int status) => TypedResults.Problem(new HttpValidationProblemDetails(problem.Errors)
    {
        Status = status,
        // The framework's title mentions validation for every status.
        Title = null,
        Detail = string.Join(' ', problem.Errors.SelectMany(error => error.Value))
            + (problem.UnlistedErrors is 0 ? "" : $" There are {problem.UnlistedErrors} more errors."),
    });
}
