using System.Net.Mime;
using Api.Audit;
using Api.Hosting;
using Api.Users;

namespace Api.Routes;

/// <summary>The routes below /admin/users: list, register, change and remove users, create links. A user is named by sub or user name.</summary>
internal static class AdminUserEndpoints
{
    public static void MapUsers(this RouteGroupBuilder admin)
    {
        var users = admin.MapGroup("/users").ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        users.MapGet("", ListAsync)
            .WithSummary("Lists the users, sorted by sub.")
            .WithDescription($"limit is from 1 to {PageRequest.MaximumLimit}. If there are more users, next_cursor is the cursor of the "
                + "next page. damaged lists users whose documents cannot be read. Remove or restore them.")
            .Produces<UserList>()
            .ProducesValidationProblem();

        users.MapPost("", PostAsync)
            .WithSummary("Registers a user. The response shows a one-time link, which lets its holder add a passkey.")
            .WithMetadata(new DescribedBody(typeof(UserRequestBody), [MediaTypeNames.Application.Json])
            {
                Example = """{"preferred_username":"ada","name":"Ada Lovelace","scope":"USER"}""",
            })
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .Produces<UserMetadata>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict);

        users.MapGet("/{id}", GetAsync)
            .WithSummary("Returns a user and the passkeys.")
            .WithDescription("id is the sub or the user name.")
            .Produces<UserMetadata>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        users.MapPatch("/{id}", PatchAsync)
            .WithSummary("Changes a user with a JSON Merge Patch (RFC 7396).")
            .WithDescription("A member set to null is removed. With If-Match, the user changes only if the ETag still matches. A user that "
                + "is disabled is signed out everywhere.")
            .WithMetadata(new DescribedBody(typeof(UserPatchBody), [AdminRequestBody.MergePatch, MediaTypeNames.Application.Json])
            {
                Example = """{"enabled":false}""",
            })
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithMetadata(new DescribedHeader("If-Match", "The ETag of the user version to change (RFC 9110 §13.1.1)."))
            .Produces<UserMetadata>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        users.MapDelete("/{id}", DeleteAsync)
            .WithSummary("Removes a user with all passkeys and sessions. Its tokens stay valid until they expire, but not for /admin.")
            .WithMetadata(new DescribedHeader("If-Match", "The ETag of the user version to remove (RFC 9110 §13.1.1)."))
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        users.MapPost("/{id}/links", PostLinkAsync)
            .WithSummary("Creates a one-time link, which lets its holder add a passkey. The response shows it once.")
            .Produces<NewLink>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        users.MapDelete("/{id}/passkeys/{passkeyId}", DeletePasskeyAsync)
            .WithSummary("Removes a passkey. Sessions that it began stay until they are ended.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        users.MapUserSessions();
    }

    private static async Task<IResult> ListAsync(UserAdministration users, HttpContext http, string? cursor, string? limit)
    {
        http.Response.NoStore();
        var (request, error) = PageRequest.Read(cursor, limit);

        if (error is not null)
        {
            return error;
        }

        var page = await users.ListAsync(request.After, request.Limit, http.RequestAborted);

        return TypedResults.Json(UserList.From(page.Users, PageRequest.CursorOf(page.Next)), RoutesJson.Answers.UserList);
    }

    private static async Task<IResult> GetAsync(UserAdministration users, HttpContext http, string id) =>
        Write(http, await users.FindAsync(id, http.RequestAborted));

    private static async Task<IResult> PostAsync(UserAdministration users, HttpContext http)
    {
        var (members, error) = await AdminRequestBody.ReadAsync(http.Request, [MediaTypeNames.Application.Json]);

        return members is null
            ? error!
            : Write(http, await users.AddAsync(members, AuditLog.CallerOf(http), http.RequestAborted), StatusCodes.Status201Created);
    }

    private static async Task<IResult> PatchAsync(UserAdministration users, HttpContext http, string id)
    {
        var (patch, error) = await AdminRequestBody.ReadAsync(http.Request, [AdminRequestBody.MergePatch, MediaTypeNames.Application.Json]);

        return patch is null
            ? error!
            : Write(http, await users.PatchAsync(id, patch, EntityTags.VersionsOf(http), AuditLog.CallerOf(http), http.RequestAborted));
    }

    private static async Task<IResult> DeleteAsync(UserAdministration users, HttpContext http, string id)
    {
        var result = await users.RemoveAsync(id, EntityTags.VersionsOf(http), AuditLog.CallerOf(http), http.RequestAborted);

        return result.Problem is { } problem ? AdminProblems.Of(problem, http) : TypedResults.NoContent();
    }

    private static async Task<IResult> PostLinkAsync(UserAdministration users, HttpContext http, string id)
    {
        var result = await users.AddLinkAsync(id, AuditLog.CallerOf(http), http.RequestAborted);
        http.Response.NoStore();

        return result.Problem is { } problem
            ? AdminProblems.Of(problem, http)
            : TypedResults.Json(result.Link, UsersJson.Answers.NewLink, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> DeletePasskeyAsync(UserAdministration users, HttpContext http, string id, string passkeyId)
    {
        var result = await users.RemovePasskeyAsync(id, passkeyId, AuditLog.CallerOf(http), http.RequestAborted);

        return result.Problem is { } problem ? AdminProblems.Of(problem, http) : TypedResults.NoContent();
    }

    private static IResult Write(HttpContext http, UserResult result, int status = StatusCodes.Status200OK)
    {
        if (result.Problem is { } problem)
        {
            return AdminProblems.Of(problem, http);
        }

        var user = result.User!;
        http.Response.NoStore();
        http.Response.SetETag(user.Version);

        if (status is StatusCodes.Status201Created)
        {
            http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}/{user.Sub}";
        }

        return TypedResults.Json(UserMetadata.From(result), UsersJson.Answers.UserMetadata, statusCode: status);
    }
}
