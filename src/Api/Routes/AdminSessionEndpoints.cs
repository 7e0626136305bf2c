using Api.Audit;
using Api.Hosting;
using Api.Sessions;

namespace Api.Routes;

/// <summary>The routes below /admin/users/{id}/sessions: list and end the browser sessions of a user.</summary>
internal static class AdminSessionEndpoints
{
    public static void MapUserSessions(this RouteGroupBuilder users)
    {
        users.MapGet("/{id}/sessions", ListAsync)
            .WithSummary("Lists the browser sessions of a user, the last used first.")
            .Produces<SessionList>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        users.MapDelete("/{id}/sessions", DeleteAllAsync)
            .WithSummary("Signs a user out everywhere. Access tokens stay valid until they expire.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        users.MapDelete("/{id}/sessions/{sid}", DeleteAsync)
            .WithSummary("Ends a browser session of a user. Access tokens stay valid until they expire.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<IResult> ListAsync(SessionAdministration sessions, HttpContext http, string id)
    {
        var result = await sessions.ListAsync(id, http.RequestAborted);
        http.Response.NoStore();

        return result.Problem is { } problem
            ? AdminProblems.Of(problem, http)
            : TypedResults.Json(new SessionList([.. result.Sessions.Select(SessionMetadata.From)]), RoutesJson.Answers.SessionList);
    }

    private static async Task<IResult> DeleteAsync(SessionAdministration sessions, HttpContext http, string id, string sid) =>
        NoContent(http, await sessions.EndAsync(id, sid, AuditLog.CallerOf(http), http.RequestAborted));

    private static async Task<IResult> DeleteAllAsync(SessionAdministration sessions, HttpContext http, string id) =>
        NoContent(http, await sessions.EndAllAsync(id, AuditLog.CallerOf(http), http.RequestAborted));

    private static IResult NoContent(HttpContext http, SessionResult result) =>
        result.Problem is { } problem ? AdminProblems.Of(problem, http) : TypedResults.NoContent();
}
