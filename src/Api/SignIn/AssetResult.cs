namespace Api.SignIn;

/// <summary>Sends a file of the pages. Its name changes with its content, so caches keep it for a year (RFC 8246).</summary>
internal sealed class AssetResult(Asset asset) : IResult
{
    public static IResult Find(Assets assets, string file) => assets.Find(file) is { } asset
        ? new AssetResult(asset)
        : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        httpContext.Response.ContentType = asset.ContentType;
        httpContext.Response.ContentLength = asset.Content.Length;
        await httpContext.Response.BodyWriter.WriteAsync(asset.Content, httpContext.RequestAborted);
    }
}
