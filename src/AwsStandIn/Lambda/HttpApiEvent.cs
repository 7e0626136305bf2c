using System.Net;
using System.Text;
using Amazon.Lambda.APIGatewayEvents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>Makes the request that an event stands for.</summary>
internal sealed class HttpApiEvent
{
    private readonly APIGatewayHttpApiV2ProxyRequest _event;

    private HttpApiEvent(APIGatewayHttpApiV2ProxyRequest source) => _event = source;

    public string Method => _event.RequestContext.Http.Method;

    /// <exception cref="InvalidOperationException">It is none; the message names what is missing.</exception>
    public static HttpApiEvent Parse(APIGatewayHttpApiV2ProxyRequest? request) => request switch
    {
        null => throw NotOne("it is null"),
        { Version: null } => throw NotOne("version is missing"),
        { Version: not "2.0" and var version } => throw NotOne($"version is '{version}'"),
        { RequestContext: null } => throw NotOne("requestContext is missing"),
        { RequestContext.Http: null } => throw NotOne("requestContext.http is missing"),
        { RequestContext.Http.Method: null or "" } => throw NotOne("requestContext.http.method is missing"),
        { RequestContext.Http.Path: null or "" } => throw NotOne("requestContext.http.path is missing"),
        // The annotations do not reach into a dictionary.
        { Headers: { } headers } when headers.Values.Contains(null) => throw NotOne("a header is null"),
        var valid => new(valid),
    };

    /// <exception cref="InvalidOperationException">Its body is not what it says.</exception>
    public FeatureCollection ToFeatures()
    {
        var features = new FeatureCollection();
        var body = ReadBody();
        var (pathBase, path) = SplitStage(Decode(_event.RequestContext.Http.Path));
        var query = _event.RawQueryString is { Length: > 0 } ? "?" + _event.RawQueryString : "";
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = _event.RequestContext.Http.Protocol ?? "",
            // The gateway speaks nothing else.
            Scheme = Uri.UriSchemeHttps,
            Method = Method,
            PathBase = pathBase.Value ?? "",
            Path = path.Value!,
            QueryString = query,
            RawTarget = _event.RawPath + query,
            Headers = ReadHeaders(body.Length),
            Body = new MemoryStream(body, writable: false),
        });
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(body.Length > 0));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            RemoteIpAddress = IPAddress.TryParse(_event.RequestContext.Http.SourceIp, out var address) ? address : null,
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
            return _event.Body is null ? []
                : _event.IsBase64Encoded ? Convert.FromBase64String(_event.Body)
                : Encoding.UTF8.GetBytes(_event.Body);
        }
        catch (FormatException)
        {
            throw NotOne("body is not base64");
        }
    }

    // A stage with a name is the start of the path, and not the app's business.
    private (PathString Base, PathString Path) SplitStage(PathString path) =>
        _event.RequestContext.Stage is { Length: > 0 } stage
        && path.StartsWithSegments("/" + stage, StringComparison.Ordinal, out var matched, out var rest)
            ? (matched, rest.HasValue ? rest : "/")
            : (PathString.Empty, path);

    private HeaderDictionary ReadHeaders(int contentLength)
    {
        var headers = new HeaderDictionary();

        foreach (var (name, value) in _event.Headers ?? new Dictionary<string, string>())
        {
            // Repeated headers arrive joined with commas; joined again, the parts are what they were.
            headers[name] = new StringValues(value.Split(','));
        }

        headers.TryAdd(HeaderNames.Host, _event.RequestContext.DomainName);
        headers.ContentLength ??= contentLength;

        if (_event.Cookies is { Length: > 0 })
        {
            headers[HeaderNames.Cookie] = string.Join("; ", _event.Cookies);
        }

        return headers;
    }

    private static InvalidOperationException NotOne(string reason) =>
        new($"The event is none of an HTTP API in payload format 2.0: {reason}.");

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
