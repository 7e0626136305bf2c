using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Deployment;

/// <summary>The issuer that the readiness gate checks, and CloudFormation, which gets the result. A test sets both.</summary>
internal sealed class DeploymentServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DeploymentServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", http =>
        {
            DiscoveryRequests++;

            return Discovery(http);
        });
        _app.MapGet("/keys", http => KeySet(http));
        _app.MapPut("/answer", TakeAnswerAsync);
    }

    public string Address => _app.Urls.Single();

    public int DiscoveryRequests { get; private set; }

    public RequestDelegate Discovery { get; set; } = Ready;

    public RequestDelegate KeySet { get; set; } = http => http.Response.WriteAsync("""{"keys":[{"kty":"RSA","kid":"one"}]}""");

    /// <summary>The status with which CloudFormation answers, by the number of responses before.</summary>
    public Func<int, int> StatusOfAnswer { get; set; } = _ => StatusCodes.Status200OK;

    public List<string> Answers { get; } = [];

    public List<string?> ContentTypes { get; } = [];

    public JsonObject Answer => JsonNode.Parse(Assert.Single(Answers))!.AsObject();

    public static async Task<DeploymentServer> StartAsync()
    {
        var server = new DeploymentServer();
        await server._app.StartAsync();

        return server;
    }

    public static Task Ready(HttpContext http)
    {
        var self = $"{http.Request.Scheme}://{http.Request.Host}";

        return Discover(http, self, $"{self}/keys");
    }

    public static Task Discover(HttpContext http, string issuer, string keys) =>
        http.Response.WriteAsync($$"""{"issuer":"{{issuer}}","jwks_uri":"{{keys}}"}""");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        http.Response.StatusCode = StatusOfAnswer(Answers.Count);
        Answers.Add(await reader.ReadToEndAsync());
        ContentTypes.Add(http.Request.ContentType);
    }
}
