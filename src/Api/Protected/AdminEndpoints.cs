using System.Collections.Immutable;
using System.Text.Json;
using Api.Keys;

namespace Api.Protected;

/// <summary>What a caller with scope ADMIN may do.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin").RequireScope("ADMIN").WithTags("Admin");

        admin.MapGet("/keys", GetKeysAsync)
            .WithSummary("The published signing keys: what each is for, and until when")
            .Produces<KeyList>();
    }

    private static async Task<IResult> GetKeysAsync(KeyRingCache keys, TimeProvider time, HttpContext http)
    {
        var ring = await keys.GetAsync(http.RequestAborted);
        http.Response.NoStore();

        return TypedResults.Json(KeyList.From(ring, time.GetUtcNow()));
    }
}

/// <summary>The published signing keys, oldest first.</summary>
internal sealed record KeyList(ImmutableArray<KeyStatus> Keys)
{
    public static KeyList From(KeyRing ring, DateTimeOffset now) => new(
    [
        .. ring.PublishedAt(now).Select(key => new KeyStatus(
            key.Kid,
            JsonNamingPolicy.SnakeCaseLower.ConvertName(ring.StateAt(key, now).ToString()),
            key.CreatedAt,
            ring.SignsFrom(key),
            ring.PublishedUntil(key))),
    ]);
}

/// <summary>One signing key without its key material. <c>published_until</c> is left out while no newer key is there to replace it.</summary>
internal sealed record KeyStatus(
    string Kid, string State, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, DateTimeOffset? PublishedUntil);
