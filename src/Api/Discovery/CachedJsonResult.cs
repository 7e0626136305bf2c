using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Api.Configuration;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace Api.Discovery;

/// <summary>A serialized JSON document with its entity tag. An unchanged copy is answered with 304 (RFC 9110 §13).</summary>
internal sealed class CachedJsonResult(byte[] json, string cacheControl) : IResult
{
    private const string ContentType = "application/json";

    private static readonly string Public = new CacheControlHeaderValue
    {
        Public = true,
        MaxAge = AuthorizationServerOptions.WellKnownMaxAge,
    }.ToString();

    private readonly string _entityTag = $"\"{Base64UrlEncoder.Encode(SHA256.HashData(json))}\"";

    /// <summary>A document that every cache may store.</summary>
    public static CachedJsonResult ForCaches<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), Public);

    /// <summary>A document that no cache may store.</summary>
    public static CachedJsonResult ForNow<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), CacheControlHeaderValue.NoStoreString);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.CacheControl = cacheControl;
        var conditions = httpContext.Request.Headers;

        // The framework compares entity tags, but is slower. Use it only for conditional requests.
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
