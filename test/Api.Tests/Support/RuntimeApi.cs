using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>Lambda's side of the Runtime API on a free port: hands out events one after the other, and keeps what becomes of them.</summary>
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

    private RuntimeApi(TimeProvider time)
    {
        _time = time;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/2018-06-01/runtime/invocation/next", NextAsync);
        _app.MapPost("/2018-06-01/runtime/invocation/{id}/response", (string id, HttpRequest request) => TakeAsync(_outcomes[id], request));
        _app.MapPost("/2018-06-01/runtime/invocation/{id}/error", (string id, HttpRequest request) => TakeAsync(_outcomes[id], request));
        _app.MapPost("/2018-06-01/runtime/init/error", (HttpRequest request) => TakeAsync(_initError, request));
    }

    /// <summary>What AWS_LAMBDA_RUNTIME_API says.</summary>
    public string Address => new Uri(_app.Urls.Single()).Authority;

    public Task<Outcome> InitError => _initError.Task.WaitAsync(LoadTimeout);

    public static async Task<RuntimeApi> StartAsync(TimeProvider? time = null)
    {
        var api = new RuntimeApi(time ?? TimeProvider.System);
        await api._app.StartAsync();

        return api;
    }

    /// <summary>Invokes the function and waits for what it hands in.</summary>
    public Task<Outcome> InvokeAsync(string json, TimeSpan? timeout = null) => InvokeAsync(Encoding.UTF8.GetBytes(json), timeout);

    /// <summary>The same with an event that may be no text.</summary>
    public async Task<Outcome> InvokeAsync(byte[] json, TimeSpan? timeout = null)
    {
        var id = Guid.NewGuid().ToString();
        _outcomes[id] = NewSource();
        await _events.Writer.WriteAsync(new(id, json, timeout ?? LoadTimeout));

        return await _outcomes[id].Task.WaitAsync(LoadTimeout);
    }

    /// <summary>Sends a request through the gateway.</summary>
    public async Task<GatewayResponse> SendAsync(GatewayRequest request, TimeSpan? timeout = null)
    {
        var outcome = await InvokeAsync(request.ToEvent(), timeout);
        Assert.True(outcome.ErrorType is null, outcome.Json.GetRawText());

        return GatewayResponse.Read(outcome.Json);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task NextAsync(HttpContext http)
    {
        var next = await _events.Reader.ReadAsync(http.RequestAborted);
        var deadline = (_time.GetUtcNow() + next.Timeout).ToUnixTimeMilliseconds();
        http.Response.Headers["Lambda-Runtime-Aws-Request-Id"] = next.Id;
        http.Response.Headers["Lambda-Runtime-Deadline-Ms"] = deadline.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["Lambda-Runtime-Trace-Id"] = TraceId;
        await http.Response.Body.WriteAsync(next.Json);
    }

    private static async Task<IResult> TakeAsync(TaskCompletionSource<Outcome> source, HttpRequest request)
    {
        var errorType = request.Headers["Lambda-Runtime-Function-Error-Type"];
        source.SetResult(new(errorType, request.ContentType, await JsonSerializer.DeserializeAsync<JsonElement>(request.Body)));

        return TypedResults.Json(new { status = "OK" }, statusCode: StatusCodes.Status202Accepted);
    }

    private static TaskCompletionSource<Outcome> NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Event(string Id, byte[] Json, TimeSpan Timeout);

    /// <summary>What the function posted. A result has no error type.</summary>
    internal sealed record Outcome(string? ErrorType, string? ContentType, JsonElement Json)
    {
        public string Message => Json.GetProperty("errorMessage").GetString()!;
    }
}
