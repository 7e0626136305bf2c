using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Api.Configuration;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace Api.Discovery;

/// <summary>A JSON document as the bytes that go out, with their entity tag; an unchanged copy is answered with 304 (RFC 9110 §13).</summary>
internal sealed class CachedJsonResult(byte[] json, string cacheControl) : IResult
{
    private const string ContentType = "application/json";

    private static readonly string Public = new CacheControlHeaderValue
    {
        Public = true,
        MaxAge = AuthorizationServerOptions.WellKnownMaxAge,
    }.ToString();

    private readonly string _entityTag = $"\"{Base64UrlEncoder.Encode(SHA256.HashData(json))}\"";

    /// <summary>For everybody, and for every cache between here and them.</summary>
    public static CachedJsonResult ForCaches<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), Public);

    /// <summary>True only at this moment.</summary>
    public static CachedJsonResult ForNow<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), CacheControlHeaderValue.NoStoreString);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = cacheControl;
        var conditions = httpContext.Request.Headers;

        // The framework compares entity tags, and takes its time for it also where there are none.
        if (!StringValues.IsNullOrEmpty(conditions.IfNoneMatch) || !StringValues.IsNullOrEmpty(conditions.IfMatch))
        {
            await TypedResults.Bytes(json, ContentType, entityTag: new(_entityTag)).ExecuteAsync(httpContext);

            return;
        }

        response.Headers.ETag = _entityTag;
        response.ContentType = ContentType;
        response.ContentLength = json.Length;
        await response.BodyWriter.WriteAsync(json, httpContext.RequestAborted);
    }
}
