using System.Net.Mime;
using Api.Audit;
using Api.Clients;
using Api.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Api.Routes;

/// <summary>The routes below /admin/clients: list, register, change and remove clients, add and remove secrets.</summary>
internal static class ClientEndpoints
{
    public static void MapClients(this RouteGroupBuilder admin)
    {
        var clients = admin.MapGroup("/clients").ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        clients.MapGet("", ListAsync)
            .WithSummary("Lists the clients, sorted by client_id.")
            .WithDescription($"limit is from 1 to {PageRequest.MaximumLimit}. If there are more clients, next_cursor is the cursor of the "
                + "next page. damaged lists clients whose documents cannot be read. Remove or restore them.")
            .Produces<ClientList>()
            .ProducesValidationProblem();

        clients.MapPost("", PostAsync)
            .WithSummary("Registers a client. The response shows its secret once.")
            .WithMetadata(new DescribedBody(typeof(ClientRequestBody), [MediaTypeNames.Application.Json])
            {
                Example = """{"client_name":"Orders","scope":"USER"}""",
            })
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .Produces<ClientMetadata>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status409Conflict);

        clients.MapGet("/{id}", GetAsync)
            .WithSummary("Returns a client.")
            .Produces<ClientMetadata>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);

        clients.MapPatch("/{id}", PatchAsync)
            .WithSummary("Changes a client with a JSON Merge Patch (RFC 7396).")
            .WithDescription("A member set to null is reset to its default. With If-Match, the client changes only if the ETag "
                + "still matches.")
            .WithMetadata(new DescribedBody(typeof(ClientPatchBody), [AdminRequestBody.MergePatch, MediaTypeNames.Application.Json])
            {
                Example = """{"client_name":"Orders North","claims":{"region":"north"}}""",
            })
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithMetadata(new DescribedHeader("If-Match", "The ETag of the client version to change (RFC 9110 §13.1.1)."))
            .Produces<ClientMetadata>()
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        clients.MapDelete("/{id}", DeleteAsync)
            .WithSummary("Removes a client. Its tokens stay valid until they expire, but not for /admin.")
            .WithMetadata(new DescribedHeader("If-Match", "The ETag of the client version to remove (RFC 9110 §13.1.1)."))
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        clients.MapPost("/{id}/secrets", PostSecretAsync)
            .WithSummary("Adds a secret to a client. The response shows it once.")
            .WithDescription("The previous secret stays valid while you distribute the new one. previous_expires_in limits its "
                + "remaining lifetime.")
            .WithMetadata(new DescribedBody(typeof(SecretRequestBody), [MediaTypeNames.Application.Json], IsRequired: false)
            {
                Example = """{"previous_expires_in":86400}""",
            })
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .Produces<NewSecret>(StatusCodes.Status201Created)
            .ProducesValidationProblem()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        clients.MapDelete("/{id}/secrets/{secretId}", DeleteSecretAsync)
            .WithSummary("Removes a secret. It stops working within 60 seconds.")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);
    }

    private static async Task<IResult> ListAsync(ClientAdministration clients, HttpContext http, string? cursor, string? limit)
    {
        http.Response.NoStore();
        var (request, error) = PageRequest.Read(cursor, limit);

        if (error is not null)
        {
            return error;
        }

        var page = await clients.ListAsync(request.After, request.Limit, http.RequestAborted);

        return TypedResults.Json(
            ClientList.From(page.Clients, PageRequest.CursorOf(page.Next)), RoutesJson.Answers.ClientList);
    }

    private static async Task<IResult> GetAsync(ClientAdministration clients, HttpContext http, string id)
    {
        var result = await clients.FindAsync(id, http.RequestAborted);

        return result.Problem is { } problem ? AdminProblems.Of(problem, http) : Ok(http, result);
    }

    private static async Task<IResult> PostAsync(ClientAdministration clients, HttpContext http)
    {
        var (members, error) = await AdminRequestBody.ReadAsync(http.Request, [MediaTypeNames.Application.Json]);

        if (members is null)
        {
            return error!;
        }

        var result = await clients.AddAsync(members, AuditLog.CallerOf(http));

        return result.Problem is { } problem ? AdminProblems.Of(problem, http) : Ok(http, result, StatusCodes.Status201Created);
    }

    private static async Task<IResult> PatchAsync(ClientAdministration clients, HttpContext http, string id)
    {
        var (patch, error) = await AdminRequestBody.ReadAsync(http.Request, [AdminRequestBody.MergePatch, MediaTypeNames.Application.Json]);

        if (patch is null)
        {
            return error!;
        }

        var result = await clients.PatchAsync(id, patch, EntityTags.VersionsOf(http), AuditLog.CallerOf(http), http.RequestAborted);

        return result.Problem is { } problem ? AdminProblems.Of(problem, http) : Ok(http, result);
    }

    private static async Task<IResult> DeleteAsync(ClientAdministration clients, HttpContext http, string id)
    {
        var result = await clients.RemoveAsync(id, EntityTags.VersionsOf(http), AuditLog.CallerOf(http), http.RequestAborted);

        return result.Problem is { } problem ? AdminProblems.Of(problem, http) : TypedResults.NoContent();
    }

    private static async Task<IResult> PostSecretAsync(ClientAdministration clients, HttpContext http, string id)
    {
        var (members, error) = await AdminRequestBody.ReadAsync(http.Request, [MediaTypeNames.Application.Json], mayBeEmpty: true);

        if (members is null)
        {
            return error!;
        }

        if (!SecretLifetimes.TryRead(members, out var expiresIn, out var previousExpiresIn, out var invalid))
        {
            return AdminProblems.Of(invalid, http);
        }

        var result = await clients.AddSecretAsync(
            id, expiresIn, previousExpiresIn, EntityTags.VersionsOf(http), AuditLog.CallerOf(http), http.RequestAborted);

        if (result.Problem is { } problem)
        {
            return AdminProblems.Of(problem, http);
        }

        http.Response.NoStore();
        http.Response.SetETag(result.Client!.Version);

        return TypedResults.Json(NewSecret.From(result), RoutesJson.Answers.NewSecret, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> DeleteSecretAsync(ClientAdministration clients, HttpContext http, string id, string secretId)
    {
        var result = await clients.RemoveSecretAsync(id, secretId, EntityTags.VersionsOf(http), AuditLog.CallerOf(http), http.RequestAborted);

        if (result.Problem is { } problem)
        {
            return AdminProblems.Of(problem, http);
        }

        http.Response.SetETag(result.Client!.Version);

        return TypedResults.NoContent();
    }

    private static JsonHttpResult<ClientMetadata> Ok(HttpContext http, ClientResult result, int status = StatusCodes.Status200OK)
    {
        var client = result.Client!;
        http.Response.NoStore();
        http.Response.SetETag(client.Version);

        if (status is StatusCodes.Status201Created)
        {
            http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}/{client.ClientId}";
        }

        return TypedResults.Json(ClientMetadata.From(result), ClientsJson.Answers.ClientMetadata, statusCode: status);
    }
}
