using Api.Audit;
using Api.Bearer;
using Api.Hosting;
using Api.Keys;
using Api.OAuth;
using Microsoft.Net.Http.Headers;

namespace Api.Routes;

/// <summary>What a caller with scope ADMIN may do, as long as its client is enabled and may still have that scope.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin").RequireScope(Scope.Admin).RequireActiveClient(Scope.Admin).WithTags("Admin");

        admin.MapGet("/keys", GetKeysAsync)
            .WithSummary("The published signing keys: what each is for, and until when")
            .Produces<KeyList>()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        admin.MapPost("/keys/rotate", RotateKeysAsync)
            .WithSummary("Asks for a new signing key now")
            .WithDescription("It is published first and signs later, so that no token is refused. Refused with 409 and Retry-After "
                + "where there would be more keys than verifiers read.")
            .Produces<KeyRotationTimes>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        admin.MapClients();
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
            // Who may ask for this may know what is wrong.
            http.Response.Headers[HeaderNames.RetryAfter] = ServiceUnavailableHandler.RetryAfter;

            return TypedResults.Problem(refused.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        return TypedResults.Json(
            KeyRotationTimes.From(schedule, now), KeysJson.Answers.KeyRotationTimes, statusCode: StatusCodes.Status202Accepted);
    }
}
