using Api.Audit;
using Api.Bearer;
using Api.Configuration;
using Api.Hosting;
using Api.Keys;
using Api.OAuth;
using Microsoft.Net.Http.Headers;

namespace Api.Routes;

/// <summary>
/// The routes below /admin. They require scope ADMIN and a client that is still enabled and still has this scope.
/// </summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin").RequireScope(Scope.Admin).RequireActiveClient(Scope.Admin).WithTags("Admin");

        admin.MapGet("/keys", GetKeysAsync)
            .WithSummary("Lists the published signing keys, their states and their dates.")
            .Produces<KeyList>()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        admin.MapPost("/keys/rotate", RotateKeysAsync)
            .WithSummary("Requests a new signing key.")
            .WithDescription("The key is published before it signs, so that verifiers accept its tokens. If the maximum number "
                + "of keys is published, the response is 409 with Retry-After.")
            .Produces<KeyRotationTimes>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        admin.MapClients();

        if (routes.ServiceProvider.GetRequiredService<AuthorizationServerOptions>().SignIn)
        {
            admin.MapUsers();
        }
    }

    private static async Task<IResult> GetKeysAsync(KeyRingCache keys, TimeProvider time, HttpContext http)
    {
        var ring = await keys.GetAsync(http.RequestAborted);
        http.Response.NoStore();

        return TypedResults.Json(KeyList.From(ring, time.GetUtcNow()), KeysJson.Answers.KeyList);
    }

    private static async Task<IResult> RotateKeysAsync(KeyAdministration keys, KeySchedule schedule, TimeProvider time, HttpContext http)
    {
        var now = time.GetUtcNow();
        http.Response.NoStore();

        try
        {
            await keys.RotateAsync(AuditLog.CallerOf(http), http.RequestAborted);
        }
        catch (KeyRingFullException full)
        {
            http.Response.Headers[HeaderNames.RetryAfter] = $"{Math.Ceiling((full.Until - now).TotalSeconds):F0}";

            return TypedResults.Problem(full.Message, statusCode: StatusCodes.Status409Conflict);
        }
        catch (KeyRingException refused)
        {
            // The message describes the fault. Only administrators can call this route.
            http.Response.Headers[HeaderNames.RetryAfter] = ServiceUnavailableHandler.RetryAfter;

            return TypedResults.Problem(refused.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return TypedResults.Json(
            KeyRotationTimes.From(schedule, now), KeysJson.Answers.KeyRotationTimes, statusCode: StatusCodes.Status202Accepted);
    }
}
