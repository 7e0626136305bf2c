// The types of the package have no nullable annotations either.
#nullable disable
using System.Text.Json.Serialization;

namespace Amazon.Lambda.APIGatewayEvents;

/// <summary>
/// An HTTP API request event (Amazon API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs", payload
/// format version 2.0).
/// </summary>
public class APIGatewayHttpApiV2ProxyRequest
{
    public string Version { get; set; }

    public string RawPath { get; set; }

    public string RawQueryString { get; set; }

    public string[] Cookies { get; set; }

    public IDictionary<string, string> Headers { get; set; }

    public ProxyRequestContext RequestContext { get; set; }

    public string Body { get; set; }

    public bool IsBase64Encoded { get; set; }

    /// <summary>The request context: stage, authorizer result and HTTP request.</summary>
    public class ProxyRequestContext
    {
        public AuthorizerDescription Authorizer { get; set; }

        public string DomainName { get; set; }

        public HttpDescription Http { get; set; }

        public string Stage { get; set; }
    }

    /// <summary>The HTTP method, the path and the caller's IP address.</summary>
    public class HttpDescription
    {
        public string Method { get; set; }

        public string Path { get; set; }

        public string SourceIp { get; set; }
    }

    /// <summary>The authorizer result.</summary>
    public class AuthorizerDescription
    {
        public JwtDescription Jwt { get; set; }

        /// <summary>The claims of the token that the gateway accepted.</summary>
        public class JwtDescription
        {
            public IDictionary<string, string> Claims { get; set; }
        }
    }
}

/// <summary>The response of a function to an HTTP API (payload format version 2.0).</summary>
public class APIGatewayHttpApiV2ProxyResponse
{
    [JsonPropertyName("statusCode")]
    public int StatusCode { get; set; }

    [JsonPropertyName("headers")]
    public IDictionary<string, string> Headers { get; set; }

    [JsonPropertyName("cookies")]
    public string[] Cookies { get; set; }

    [JsonPropertyName("body")]
    public string Body { get; set; }

    [JsonPropertyName("isBase64Encoded")]
    public bool IsBase64Encoded { get; set; }
}
