using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;

namespace Api.Tests.Gateway;

/// <summary>
/// An HTTP API of API Gateway on a loopback port: it selects the route, lets the authorizer check the token, and invokes the function.
/// It has one stage, and no TLS, domain names, throttling, CORS, size limits or IAM checks.
/// </summary>
internal sealed class HttpApi : IAsyncDisposable
{
    // The gateway encodes a body of another type, such as a form.
    private static readonly string[] TextTypes = ["application/json", "application/javascript", "application/xml"];

    private readonly WebApplication _app;
    private readonly List<Route> _routes = [];

    public HttpApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    // Passkeys belong to a host name, not to an IP address.
    public string Address => _app.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);

    /// <summary>If false, every request goes to the function, which shows that the app itself refuses it too.</summary>
    public bool ChecksTokens { get; set; } = true;

    public Task StartAsync() => _app.StartAsync();

    public void AddRoute(string key, LambdaFunction function, JwtAuthorizer? authorizer = null, params string[] scopes) =>
        _routes.Add(new(RouteKey.Parse(key), function, authorizer, scopes));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        // The route is selected by the path as it was sent, before decoding.
        var path = new Uri(http.Request.GetEncodedUrl()).AbsolutePath;
        var route = _routes
            .Where(route => route.Key.Fit(http.Request.Method, path) is not null)
            .MaxBy(route => route.Key.Fit(http.Request.Method, path));

        if (route is null)
        {
            await RefuseAsync(http, StatusCodes.Status404NotFound, "Not Found");

            return;
        }

        JsonElement? claims = null;

        if (route.Authorizer is not null && ChecksTokens)
        {
            claims = await route.Authorizer.CheckAsync(http.Request.Headers.Authorization.ToString());

            if (claims is null)
            {
                http.Response.Headers.WWWAuthenticate =
                    $"Bearer scope=\"\" error=\"invalid_token\" error_description=\"the token is not valid\"";
                await RefuseAsync(http, StatusCodes.Status401Unauthorized, "Unauthorized");

                return;
            }

            if (!JwtAuthorizer.HasScope(claims.Value, route.Scopes))
            {
                await RefuseAsync(http, StatusCodes.Status403Forbidden, "Forbidden");

                return;
            }
        }

        await InvokeAsync(http, route.Function, path, claims);
    }

    private static async Task InvokeAsync(HttpContext http, LambdaFunction function, string path, JsonElement? claims)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var headers = http.Request.Headers
            .Where(header => header.Key is not ("Host" or "Connection" or "Transfer-Encoding" or "Cookie"))
            .Select(header => (header.Key.ToLowerInvariant(), string.Join(',', header.Value.ToArray())));

        var response = await function.SendAsync(new GatewayRequest(http.Request.Method, path, [.. headers])
        {
            Query = http.Request.QueryString.Value?.TrimStart('?') ?? "",
            Cookies = http.Request.Headers.Cookie is { Count: > 0 } cookies ? [.. cookies.SelectMany(line => line!.Split("; "))] : null,
            Body = body.Length is 0 ? null : body.ToArray(),
            AsBase64 = body.Length > 0 && !IsText(http.Request.ContentType),
            // Every value is a string. The list of scopes can be null even if the token has scopes.
            Authorizer = claims is null ? null : new
            {
                jwt = new
                {
                    claims = claims.Value.EnumerateObject().ToDictionary(claim => claim.Name, claim => claim.Value.ToString()),
                    scopes = (string[]?)null,
                },
            },
        });

        http.Response.StatusCode = response.Status;

        foreach (var (name, value) in response.Headers.Where(header => !header.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)))
        {
            http.Response.Headers[name] = value;
        }

        http.Response.Headers.SetCookie = response.Cookies;

        if (response.Body is not [])
        {
            await http.Response.Body.WriteAsync(response.Body);
        }
    }

    private static bool IsText(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && (type.Type.Equals("text", StringComparison.OrdinalIgnoreCase) || TextTypes.Contains(type.MediaType.ToString()));

    private static Task RefuseAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;

        return http.Response.WriteAsJsonAsync(new { message });
    }

    private sealed record Route(RouteKey Key, LambdaFunction Function, JwtAuthorizer? Authorizer, string[] Scopes);
}
