using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Shared;

/// <summary>Lambda's side of the Runtime API on a free port: hands out events one after the other, and takes the results.</summary>
internal sealed class RuntimeApi : IAsyncDisposable
{
    /// <summary>The trace that each event belongs to.</summary>
    public const string TraceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0";

    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time;
    private readonly WebApplication _app;
    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Outcome>> _outcomes = [];
    private readonly TaskCompletionSource<Outcome> _initError = NewSource();
    private CancellationTokenSource _polls = new();

    private RuntimeApi(TimeProvider time)
    {
        _time = time;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/2018-06-01/runtime/invocation/next", NextAsync);
        _app.MapPost("/2018-06-01/runtime/invocation/{id}/response", TakeOutcomeAsync);
        _app.MapPost("/2018-06-01/runtime/invocation/{id}/error", TakeOutcomeAsync);
        _app.MapPost("/2018-06-01/runtime/init/error", (HttpRequest request) => TakeAsync(_initError, request));
    }

    /// <summary>The value of AWS_LAMBDA_RUNTIME_API.</summary>
    public string Address => new Uri(_app.Urls.Single()).Authority;

    public Task<Outcome> InitError => _initError.Task.WaitAsync(LoadTimeout);

    public static async Task<RuntimeApi> StartAsync(TimeProvider? time = null)
    {
        var api = new RuntimeApi(time ?? TimeProvider.System);
        await api._app.StartAsync();

        return api;
    }

    /// <summary>Invokes the function and waits for its result or error.</summary>
    public Task<Outcome> InvokeAsync(string json, TimeSpan? timeout = null) => InvokeAsync(Encoding.UTF8.GetBytes(json), timeout);

    /// <summary>Invokes the function with an event that need not be valid UTF-8.</summary>
    public async Task<Outcome> InvokeAsync(byte[] json, TimeSpan? timeout = null)
    {
        var id = Guid.NewGuid().ToString();
        var outcome = NewSource();
        _outcomes[id] = outcome;
        await _events.Writer.WriteAsync(new(id, json, timeout ?? LoadTimeout));

        return await outcome.Task.WaitAsync(LoadTimeout);
    }

    /// <summary>Sends a request through the gateway.</summary>
    public async Task<GatewayResponse> SendAsync(GatewayRequest request, TimeSpan? timeout = null)
    {
        var outcome = await InvokeAsync(request.ToEvent(), timeout);

        return outcome.ErrorType is null
            ? GatewayResponse.Read(outcome.Json)
            : throw new InvalidOperationException($"The function failed: {outcome.Json.GetRawText()}");
    }

    /// <summary>
    /// Ends the requests for the next event. A function that was killed has such a request open, which could take the event that another
    /// function should get.
    /// </summary>
    public async Task EndPollsAsync()
    {
        using var ended = Interlocked.Exchange(ref _polls, new());
        await ended.CancelAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _polls.Dispose();
    }

    private async Task NextAsync(HttpContext http)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _polls.Token);
        var next = await _events.Reader.ReadAsync(stop.Token);
        var deadline = (_time.GetUtcNow() + next.Timeout).ToUnixTimeMilliseconds();
        http.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = next.Id;
        http.Response.Headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["Lambda-Runtime-Trace-Id"] = TraceId;
        await http.Response.Body.WriteAsync(next.Json);
    }

    private Task<IResult> TakeOutcomeAsync(string id, HttpRequest request) =>
        _outcomes.TryRemove(id, out var source)
            ? TakeAsync(source, request)
            : throw new InvalidOperationException("The invocation has a result already.");

    private static async Task<IResult> TakeAsync(TaskCompletionSource<Outcome> source, HttpRequest request)
    {
        var receivedAt = Stopwatch.GetTimestamp();
        var errorType = request.Headers["Lambda-Runtime-Function-Error-Type"];
        var json = await JsonSerializer.DeserializeAsync<JsonElement>(request.Body);
        source.SetResult(new(errorType, request.ContentType, json, receivedAt));

        return TypedResults.Json(new { status = "OK" }, statusCode: StatusCodes.Status202Accepted);
    }

    private static TaskCompletionSource<Outcome> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Event(string Id, byte[] Json, TimeSpan Timeout);

    /// <summary>The function's result, which has no error type, or its error. The time is that of <see cref="Stopwatch"/>.</summary>
    internal sealed record Outcome(string? ErrorType, string? ContentType, JsonElement Json, long ReceivedAt)
    {
        public string Message => Json.GetProperty("errorMessage").GetString()!;
    }
}
