using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>A client of the Lambda Runtime API (AWS Lambda Developer Guide, "Using the Lambda runtime API").</summary>
internal sealed class RuntimeClient(string address)
{
    public const string AddressVariable = "AWS_LAMBDA_RUNTIME_API";
    public const string TraceIdVariable = "_X_AMZN_TRACE_ID";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false })
    {
        // The next event can take hours.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly Uri _api = new($"http://{address}/2018-06-01/runtime/");

    public async Task<Invocation> NextAsync(CancellationToken cancellationToken)
    {
        using var response = await Http.GetAsync(new Uri(_api, "invocation/next"), cancellationToken);
        response.EnsureSuccessStatusCode();

        return new(
            response.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").First(),
            response.Headers.TryGetValues("Lambda-Runtime-Trace-Id", out var traceId) ? traceId.First() : null,
            DateTimeOffset.FromUnixTimeMilliseconds(DeadlineOf(response.Headers)),
            new(await response.Content.ReadAsByteArrayAsync(CancellationToken.None), writable: false));
    }

    public async Task RespondAsync(Invocation invocation, Stream result, CancellationToken cancellationToken)
    {
        using var content = new StreamContent(result)
        {
            Headers = { ContentType = new(MediaTypeNames.Application.Json) },
        };
        using var response = await Http.PostAsync(
            new Uri(_api, $"invocation/{invocation.RequestId}/response"), content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    public Task FailAsync(Invocation invocation, Exception exception, CancellationToken cancellationToken) =>
        ReportAsync($"invocation/{invocation.RequestId}/error", exception.GetType().Name, exception, cancellationToken);

    /// <summary>Reports an initialization error. The report has no error type.</summary>
    public Task FailInitAsync(Exception exception) => ReportAsync("init/error", null, exception, CancellationToken.None);

    private static long DeadlineOf(HttpResponseHeaders headers) =>
        headers.TryGetValues("Lambda-Runtime-Deadline-Ms", out var values)
        && long.TryParse(values.First(), CultureInfo.InvariantCulture, out var milliseconds)
            ? milliseconds
            : 0;

    private async Task ReportAsync(string path, string? errorType, Exception exception, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_api, path))
        {
            Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(RuntimeError.Of(exception), RuntimeJson.Default.RuntimeError))
            {
                Headers = { ContentType = new("application/vnd.aws.lambda.error+json") },
            },
        };

        if (errorType is not null)
        {
            request.Headers.TryAddWithoutValidation("Lambda-Runtime-Function-Error-Type", errorType);
        }

        using var response = await Http.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}

/// <summary>An event with the deadline for its result.</summary>
internal sealed record Invocation(string RequestId, string? TraceId, DateTimeOffset Deadline, MemoryStream Event) : IDisposable
{
    public void Dispose() => Event.Dispose();
}

/// <summary>An exception in the form that Lambda returns to the invoker.</summary>
internal sealed record RuntimeError(
    string ErrorType, string ErrorMessage, string[]? StackTrace, RuntimeError? Cause, IReadOnlyList<RuntimeError>? Causes)
{
    public static RuntimeError Of(Exception exception) => new(
        exception.GetType().Name,
        exception.Message.Trim(' '),
        exception.StackTrace?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        exception.InnerException is { } inner ? Of(inner) : null,
        exception is AggregateException { InnerExceptions: var all } ? [.. all.Select(Of)] : null);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RuntimeError))]
internal sealed partial class RuntimeJson : JsonSerializerContext;
