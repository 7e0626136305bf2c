using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>
/// A request as an HTTP API hands it to a function (Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations for
/// HTTP APIs", payload format version 2.0). The claims of its authorizer are left alone.
/// </summary>
internal sealed record HttpApiEvent(
    string? Version,
    string? RawPath,
    string? RawQueryString,
    string[]? Cookies,
    Dictionary<string, string>? Headers,
    HttpApiRequestContext? RequestContext,
    string? Body,
    bool IsBase64Encoded)
{
    [JsonIgnore]
    public string Method => RequestContext!.Http!.Method!;

    /// <exception cref="InvalidOperationException">It is none; the message names what is missing.</exception>
    public static HttpApiEvent Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, HttpApiJson.Default.HttpApiEvent) switch
            {
                null => throw NotOne("it is null"),
                { Version: null } => throw NotOne("version is missing"),
                { Version: not "2.0" and var version } => throw NotOne($"version is '{version}'"),
                { RequestContext: null } => throw NotOne("requestContext is missing"),
                { RequestContext.Http: null } => throw NotOne("requestContext.http is missing"),
                { RequestContext.Http.Method: null or "" } => throw NotOne("requestContext.http.method is missing"),
                { RequestContext.Http.Path: null or "" } => throw NotOne("requestContext.http.path is missing"),
                // The annotations do not reach into a dictionary.
                { Headers: { } headers } when headers.ContainsValue(null!) => throw NotOne("a header is null"),
                var valid => valid,
            };
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the event, with the token in it; this one's is logged.
            throw NotOne($"it is not JSON of that form at '{exception.Path}'");
        }
    }

    /// <exception cref="InvalidOperationException">Its body is not what it says.</exception>
    public FeatureCollection ToFeatures()
    {
        var features = new FeatureCollection();
        var body = ReadBody();
        var (pathBase, path) = SplitStage(Decode(RequestContext!.Http!.Path!));
        var query = RawQueryString is { Length: > 0 } ? "?" + RawQueryString : "";
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = RequestContext.Http.Protocol ?? "",
            // The gateway speaks nothing else.
            Scheme = Uri.UriSchemeHttps,
            Method = Method,
            PathBase = pathBase.Value ?? "",
            Path = path.Value!,
            QueryString = query,
            RawTarget = RawPath + query,
            Headers = ReadHeaders(body.Length),
            Body = new MemoryStream(body, writable: false),
        });
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(body.Length > 0));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            RemoteIpAddress = IPAddress.TryParse(RequestContext.Http.SourceIp, out var address) ? address : null,
        });

        return features;
    }

    // The gateway has decoded it once; like the package, and like Kestrel, all but %2F is decoded here.
    private static PathString Decode(string path) =>
#pragma warning disable CA2234 // A path alone is no Uri.
        PathString.FromUriComponent('/' + path.TrimStart('/'));
#pragma warning restore CA2234

    private byte[] ReadBody()
    {
        try
        {
            return Body is null ? [] : IsBase64Encoded ? Convert.FromBase64String(Body) : Encoding.UTF8.GetBytes(Body);
        }
        catch (FormatException)
        {
            throw NotOne("body is not base64");
        }
    }

    // A stage with a name is the start of the path, and not the app's business.
    private (PathString Base, PathString Path) SplitStage(PathString path) =>
        RequestContext!.Stage is { Length: > 0 } stage
        && path.StartsWithSegments("/" + stage, StringComparison.Ordinal, out var matched, out var rest)
            ? (matched, rest.HasValue ? rest : "/")
            : (PathString.Empty, path);

    private HeaderDictionary ReadHeaders(int contentLength)
    {
        var headers = new HeaderDictionary();

        foreach (var (name, value) in Headers ?? [])
        {
            // Repeated headers arrive joined with commas; joined again, the parts are what they were.
            headers[name] = new StringValues(value.Split(','));
        }

        headers.TryAdd(HeaderNames.Host, RequestContext!.DomainName);
        headers.ContentLength ??= contentLength;

        if (Cookies is { Length: > 0 })
        {
            headers[HeaderNames.Cookie] = string.Join("; ", Cookies);
        }

        return headers;
    }

    private static InvalidOperationException NotOne(string reason) =>
        new($"The event is none of an HTTP API in payload format 2.0: {reason}.");

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}

/// <summary>Where the request came in.</summary>
internal sealed record HttpApiRequestContext(string? DomainName, string? Stage, HttpApiRequestLine? Http);

/// <summary>What was asked, and by whom.</summary>
internal sealed record HttpApiRequestLine(string? Method, string? Path, string? Protocol, string? SourceIp);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HttpApiEvent))]
internal sealed partial class HttpApiJson : JsonSerializerContext;
