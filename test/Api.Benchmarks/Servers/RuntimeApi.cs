using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Benchmarks.Servers;

/// <summary>
/// Lambda's side of the Runtime API (AWS Lambda Developer Guide, "Using the Lambda runtime API"): has one event for the next
/// function that starts, and notes when its answer comes.
/// </summary>
internal sealed class RuntimeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private string? _event;
    private TaskCompletionSource<long> _answered = new();

    private RuntimeApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/2018-06-01/runtime/invocation/next", NextAsync);
        _app.MapPost("/2018-06-01/runtime/invocation/{id}/response", TakeAsync);
        _app.MapPost("/2018-06-01/runtime/invocation/{id}/error", FailAsync);
        _app.MapPost("/2018-06-01/runtime/init/error", FailAsync);
    }

    /// <summary>What AWS_LAMBDA_RUNTIME_API says.</summary>
    public string Address => new Uri(_app.Urls.Single()).Authority;

    public static async Task<RuntimeApi> StartAsync(CancellationToken cancellation)
    {
        var api = new RuntimeApi();
        await api._app.StartAsync(cancellation);

        return api;
    }

    /// <summary>Has this request for the next function. The result is the moment at which it was answered with 200.</summary>
    public Task<long> Expect(string path)
    {
        _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _event, HttpApiEvent(path));

        return _answered.Task;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task NextAsync(HttpContext http)
    {
        if (Interlocked.Exchange(ref _event, null) is not { } json)
        {
            // The one event was answered: the function waits until it is ended.
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            return;
        }

        http.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = "1";
        http.Response.Headers["Lambda-Runtime-Deadline-Ms"] = $"{DateTimeOffset.UtcNow.AddMinutes(1).ToUnixTimeMilliseconds()}";
        await http.Response.WriteAsync(json);
    }

    private async Task TakeAsync(HttpContext http)
    {
        var now = Stopwatch.GetTimestamp();
        using var answer = await JsonDocument.ParseAsync(http.Request.Body);
        http.Response.StatusCode = StatusCodes.Status202Accepted;

        if (answer.RootElement.GetProperty("statusCode").GetInt32() is StatusCodes.Status200OK)
        {
            _answered.TrySetResult(now);
        }
        else
        {
            _answered.TrySetException(new BenchmarkException("The function refuses.", answer.RootElement.GetRawText()));
        }
    }

    private async Task FailAsync(HttpContext http)
    {
        using var error = new StreamReader(http.Request.Body);
        _answered.TrySetException(new BenchmarkException("The function fails.", await error.ReadToEndAsync()));
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static string HttpApiEvent(string path) => JsonSerializer.Serialize(new
    {
        version = "2.0",
        routeKey = $"GET {path}",
        rawPath = path,
        rawQueryString = "",
        headers = new Dictionary<string, string> { ["host"] = "localhost", ["accept"] = "application/json" },
        requestContext = new
        {
            domainName = "localhost",
            http = new { method = "GET", path, protocol = "HTTP/1.1", sourceIp = "192.0.2.1" },
            stage = "$default",
        },
        isBase64Encoded = false,
    });
}
