using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.IdentityModel.Tokens;
using Microsoft.Net.Http.Headers;

namespace Api.WellKnown;

/// <summary>A public JSON document as the bytes that go out, with their entity tag; an unchanged copy is answered with 304.</summary>
internal sealed class ReadyDocument(byte[] json) : IResult
{
    private static readonly string CacheControl = new CacheControlHeaderValue
    {
        Public = true,
        MaxAge = AuthorizationServerOptions.WellKnownMaxAge,
    }.ToString();

    private readonly EntityTagHeaderValue _entityTag = new($"\"{Base64UrlEncoder.Encode(SHA256.HashData(json))}\"");

    public static ReadyDocument From<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.CacheControl = CacheControl;

        return TypedResults.Bytes(json, "application/json", entityTag: _entityTag).ExecuteAsync(httpContext);
    }
}
