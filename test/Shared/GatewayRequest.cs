using System.Text;
using System.Text.Json;

namespace Shared;

/// <summary>A request to an HTTP API, and the event in payload format 2.0 that the API makes from it.</summary>
internal sealed record GatewayRequest(string Method, string Path, params (string Name, string Value)[] Headers)
{
    public string Query { get; init; } = "";

    public string[]? Cookies { get; init; }

    public byte[]? Body { get; init; }

    /// <summary>The gateway encodes a body that it does not consider text, such as a form.</summary>
    public bool AsBase64 { get; init; }

    public string Stage { get; init; } = "$default";

    /// <summary>The result of the gateway's own check of a token.</summary>
    public object? Authorizer { get; init; }

    public static GatewayRequest Get(string path, params (string Name, string Value)[] headers) => new("GET", path, headers);

    public static GatewayRequest Post(string path, string contentType, string body, params (string Name, string Value)[] headers) =>
        new("POST", path, [.. headers, ("content-type", contentType)]) { Body = Encoding.UTF8.GetBytes(body) };

    public string ToEvent() => JsonSerializer.Serialize(new
    {
        version = "2.0",
        routeKey = $"{Method} {Path}",
        rawPath = Path,
        rawQueryString = Query,
        cookies = Cookies,
        headers = Headers
            .Concat([("host", "issuer.example"), ("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "https")])
            .DistinctBy(header => header.Item1)
            .ToDictionary(header => header.Item1, header => header.Item2),
        requestContext = new
        {
            accountId = "123456789012",
            apiId = "a1b2c3d4e5",
            authorizer = Authorizer,
            domainName = "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com",
            domainPrefix = "a1b2c3d4e5",
            http = new { method = Method, path = Path, protocol = "HTTP/1.1", sourceIp = "192.0.2.1", userAgent = "curl/8.5.0" },
            requestId = "JKJaXmPLvHcESHA=",
            routeKey = $"{Method} {Path}",
            stage = Stage,
            time = "01/Jun/2026:12:00:00 +0000",
            timeEpoch = 1780315200000,
        },
        body = Body is null ? null : AsBase64 ? Convert.ToBase64String(Body) : Encoding.UTF8.GetString(Body),
        isBase64Encoded = AsBase64,
    });
}

/// <summary>The response that the gateway makes from the function's result.</summary>
internal sealed record GatewayResponse(int Status, Dictionary<string, string> Headers, string[] Cookies, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    public static GatewayResponse Read(JsonElement answer)
    {
        var body = answer.TryGetProperty("body", out var text) ? text.GetString() ?? "" : "";
        var isBase64 = answer.TryGetProperty("isBase64Encoded", out var encoded) && encoded.GetBoolean();
        var headers = answer.TryGetProperty("headers", out var values) ? values.Deserialize<Dictionary<string, string>>() : null;
        var cookies = answer.TryGetProperty("cookies", out var list) ? list.Deserialize<string[]>() : null;

        return new(
            answer.GetProperty("statusCode").GetInt32(),
            new(headers ?? [], StringComparer.OrdinalIgnoreCase),
            cookies ?? [],
            isBase64 ? Convert.FromBase64String(body) : Encoding.UTF8.GetBytes(body));
    }
}
