using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>The server at a client's jwks_uri. The test sets its response.</summary>
internal sealed class KeySetServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private KeySetServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(http =>
        {
            lock (Requests)
            {
                Requests.Add(string.Join('\n', http.Request.Headers.Select(header => $"{header.Key}: {header.Value}")));
            }

            return Answer(http);
        });
    }

    public Uri Address => new($"http://localhost:{new Uri(_app.Urls.Single()).Port}/jwks.json");

    /// <summary>The headers of each request.</summary>
    public List<string> Requests { get; } = [];

    public RequestDelegate Answer { get; set; } = http => http.Response.WriteAsync("");

    public static async Task<KeySetServer> StartAsync()
    {
        var server = new KeySetServer();
        await server._app.StartAsync();

        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
