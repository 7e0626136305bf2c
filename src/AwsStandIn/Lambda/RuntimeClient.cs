using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>Fetches events and hands in what became of them (AWS Lambda Developer Guide, "Using the Lambda runtime API").</summary>
internal sealed class RuntimeClient(string address)
{
    public const string AddressVariable = "AWS_LAMBDA_RUNTIME_API";

    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false })
    {
        // The next event may be hours away.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    private readonly Uri _api = new($"http://{address}/2018-06-01/runtime/");
    private int _initialized;

    public async Task<Invocation> NextAsync(CancellationToken cancellation)
    {
        // Whoever asks for an event has told Lambda that the function is ready.
        Volatile.Write(ref _initialized, 1);
        using var response = await Http.GetAsync(new Uri(_api, "invocation/next"), cancellation);
        response.EnsureSuccessStatusCode();
        var deadline = response.Headers.TryGetValues("Lambda-Runtime-Deadline-Ms", out var values)
            ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(values.First(), CultureInfo.InvariantCulture))
            : DateTimeOffset.MaxValue;

        return new(
            response.Headers.GetValues("Lambda-Runtime-Aws-Request-Id").First(),
            deadline,
            await response.Content.ReadAsByteArrayAsync(CancellationToken.None));
    }

    public async Task RespondAsync(Invocation invocation, HttpContent result)
    {
        using var response = await Http.PostAsync(new Uri(_api, $"invocation/{invocation.RequestId}/response"), result);
        response.EnsureSuccessStatusCode();
    }

    public async Task FailAsync(Invocation invocation, Exception exception)
    {
        using var request = Report($"invocation/{invocation.RequestId}/error", "Function", RuntimeError.Of(exception));
        using var response = await Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Says why there is no function to invoke, if that is so. Synchronous, because the process is about to end.</summary>
    public void FailInit(RuntimeError error)
    {
        if (Interlocked.Exchange(ref _initialized, 1) is 0)
        {
            using var request = Report("init/error", "Runtime", error);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            using var response = Http.Send(request, timeout.Token);
        }
    }

    private HttpRequestMessage Report(string path, string category, RuntimeError error)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(error, RuntimeJson.Default.RuntimeError);

        return new(HttpMethod.Post, new Uri(_api, path))
        {
            Headers = { { "Lambda-Runtime-Function-Error-Type", $"{category}.{error.ErrorType}" } },
            Content = new ByteArrayContent(json)
            {
                Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) },
            },
        };
    }
}

/// <summary>One event, and when Lambda stops waiting for what becomes of it.</summary>
internal sealed record Invocation(string RequestId, DateTimeOffset Deadline, byte[] Event);

/// <summary>What went wrong, as whoever invokes the function is told.</summary>
internal sealed record RuntimeError(string ErrorType, string ErrorMessage)
{
    public static RuntimeError Of(Exception exception) => new(exception.GetType().Name, exception.Message);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RuntimeError))]
internal sealed partial class RuntimeJson : JsonSerializerContext;
