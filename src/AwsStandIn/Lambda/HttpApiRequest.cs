using System.Globalization;
using System.Net;
using System.Security.Claims;
using System.Text;
using Amazon.Lambda.APIGatewayEvents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>Converts an event to the features of a request. An incomplete event throws.</summary>
internal static class HttpApiRequest
{
    public static FeatureCollection ToFeatures(APIGatewayHttpApiV2ProxyRequest source)
    {
        var features = new FeatureCollection();
        features.Set<IHttpAuthenticationFeature>(new HttpAuthenticationFeature { User = UserOf(source.RequestContext.Authorizer) });
        var body = BodyOf(source);
        var (pathBase, path) = SplitStage(Decode(source.RequestContext.Http.Path), source.RequestContext.Stage);
        var query = source.RawQueryString is { Length: > 0 } ? "?" + source.RawQueryString : null;
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Protocol = null!,
            Scheme = Uri.UriSchemeHttps,
            Method = source.RequestContext.Http.Method,
            PathBase = pathBase!,
            Path = path,
            QueryString = query!,
            RawTarget = source.RawPath + query,
            Headers = HeadersOf(source, body.Length),
            Body = body,
        });
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(body.Length > 0));
        features.Set<IHttpConnectionFeature>(new HttpConnectionFeature
        {
            RemoteIpAddress = IPAddress.TryParse(source.RequestContext.Http.SourceIp, out var address) ? address : null,
            RemotePort = source.Headers?.TryGetValue("X-Forwarded-Port", out var port) is true
                ? int.Parse(port, CultureInfo.InvariantCulture)
                : 0,
        });

        return features;
    }

    // The principal is authenticated whatever the authorizer checked, as in the package.
    private static ClaimsPrincipal? UserOf(APIGatewayHttpApiV2ProxyRequest.AuthorizerDescription? authorizer) => authorizer is null
        ? null
        : new(new ClaimsIdentity(authorizer.Jwt?.Claims.Select(claim => new Claim(claim.Key, claim.Value)), "AuthorizerIdentity"));

    // Decodes everything except %2F.
    private static string Decode(string path)
    {
        var decoded = WebUtility.UrlDecode(path
            .Replace("+", "%2B", StringComparison.Ordinal)
            .Replace("%2F", "%252F", StringComparison.Ordinal)
            .Replace("%2f", "%252f", StringComparison.Ordinal));

        return decoded.StartsWith('/') ? decoded : "/" + decoded;
    }

    // Removes the stage even if it is only a prefix of the first segment, as the package does. The rest is then not a valid path.
    private static (string? Base, string Path) SplitStage(string path, string? stage) =>
        !string.IsNullOrWhiteSpace(stage) && path.StartsWith("/" + stage, StringComparison.Ordinal)
            ? ("/" + stage, path[(stage.Length + 1)..])
            : (null, path);

    private static HeaderDictionary HeadersOf(APIGatewayHttpApiV2ProxyRequest source, long contentLength)
    {
        var headers = new HeaderDictionary();

        foreach (var (name, value) in source.Headers ?? new Dictionary<string, string>())
        {
            // The gateway joins the values of repeated headers with commas.
            headers[name] = new StringValues(value?.Split(','));
        }

        headers.TryAdd(HeaderNames.Host, source.RequestContext.DomainName);
        headers.TryAdd(HeaderNames.ContentLength, contentLength.ToString(CultureInfo.InvariantCulture));

        if (source.Cookies is not null)
        {
            headers[HeaderNames.Cookie] = string.Join("; ", source.Cookies);
        }

        return headers;
    }

    private static MemoryStream BodyOf(APIGatewayHttpApiV2ProxyRequest source) => new(
        string.IsNullOrEmpty(source.Body) ? []
        : source.IsBase64Encoded ? Convert.FromBase64String(source.Body)
        : Encoding.UTF8.GetBytes(source.Body));

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
