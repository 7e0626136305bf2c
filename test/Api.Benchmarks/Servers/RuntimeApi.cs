using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Benchmarks.Servers;

/// <summary>
/// Lambda's side of the Runtime API (AWS Lambda Developer Guide, "Using the Lambda runtime API"): has one event for the next
/// function that starts, once or several times in a row, and notes when the last answer comes.
/// </summary>
internal sealed class RuntimeApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private Expected _expected = new("", 0);

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

    /// <summary>
    /// Has this request for the next function, so many times. The result is the moment at which the last was answered with 200, each of
    /// those before having been told of.
    /// </summary>
    public Task<long> Expect(LoadRequest request, int times = 1, Action<int>? answered = null)
    {
        var expected = new Expected(HttpApiEvent(request), times, answered);
        Volatile.Write(ref _expected, expected);

        return expected.Answered.Task;
    }

    /// <summary>The program as a function of this API.</summary>
    public CommandLine Run(CommandLine program) => program with
    {
        Environment =
        [
            .. program.Environment,
            ("AWS_LAMBDA_RUNTIME_API", Address),
            ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ],
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task NextAsync(HttpContext http)
    {
        if (_expected.Next() is not { } json)
        {
            // All was answered: the function waits until it is ended.
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
            _expected.Take(now);
        }
        else
        {
            _expected.Answered.TrySetException(new BenchmarkException("The function refuses.", answer.RootElement.GetRawText()));
        }
    }

    private async Task FailAsync(HttpContext http)
    {
        using var error = new StreamReader(http.Request.Body);
        _expected.Answered.TrySetException(new BenchmarkException("The function fails.", await error.ReadToEndAsync()));
        http.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static string HttpApiEvent(LoadRequest request) => JsonSerializer.Serialize(new
    {
        version = "2.0",
        routeKey = $"{request.Method} {request.Path}",
        rawPath = request.Path,
        rawQueryString = "",
        headers = request.Headers.Append(("Host", "localhost")).ToDictionary(
            header => header.Item1.ToLowerInvariant(), header => header.Item2),
        requestContext = new
        {
            domainName = "localhost",
            http = new { method = request.Method, path = request.Path, protocol = "HTTP/1.1", sourceIp = "192.0.2.1" },
            stage = "$default",
        },
        body = request.Body,
        isBase64Encoded = false,
    });

    private sealed class Expected(string json, int times, Action<int>? answered = null)
    {
        private int _given;
        private int _taken;

        public TaskCompletionSource<long> Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Next() => Interlocked.Increment(ref _given) <= times ? json : null;

        public void Take(long now)
        {
            _taken++;
            answered?.Invoke(_taken);

            if (_taken == times)
            {
                Answered.TrySetResult(now);
            }
        }
    }
}
