using System.IO.Pipelines;
using System.Text;
using Amazon.Lambda.APIGatewayEvents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>Collects a response in memory and converts it to the result of the function when the app has completed.</summary>
internal sealed class HttpApiResponse : HttpResponseFeature, IHttpResponseBodyFeature, IDisposable
{
    private static readonly HashSet<string> BinaryTypes =
    [
        "application/octet-stream", "application/pdf", "application/wasm", "application/x-protobuf", "application/zip",
        "image/gif", "image/jpeg", "image/jpg", "image/png", "image/x-icon",
    ];

    private readonly MemoryStream _body = new();
    private readonly List<(Func<object, Task> Callback, object State)> _onStarting = [];
    private readonly List<(Func<object, Task> Callback, object State)> _onCompleted = [];
    private PipeWriter? _writer;
    private bool _hasStarted;

    public override bool HasStarted => _hasStarted;

    Stream IHttpResponseBodyFeature.Stream => _body;

    PipeWriter IHttpResponseBodyFeature.Writer => _writer ??= PipeWriter.Create(_body);

    public override void OnStarting(Func<object, Task> callback, object state) => _onStarting.Add((callback, state));

    public override void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Add((callback, state));

    /// <summary>Only sets the flag. The OnStarting callbacks run when the app has completed.</summary>
    Task IHttpResponseBodyFeature.StartAsync(CancellationToken cancellationToken)
    {
        _hasStarted = true;

        return Task.CompletedTask;
    }

    Task IHttpResponseBodyFeature.SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken) =>
        SendFileFallback.SendFileAsync(_body, path, offset, count, cancellationToken);

    void IHttpResponseBodyFeature.DisableBuffering()
    {
    }

    // Data that the writer has not flushed is lost, as in the package.
    Task IHttpResponseBodyFeature.CompleteAsync() => Task.CompletedTask;

    public void Dispose() => _body.Dispose();

    public Task RunStartingAsync() => RunAsync(_onStarting);

    public Task RunCompletedAsync() => RunAsync(_onCompleted);

    public APIGatewayHttpApiV2ProxyResponse ToResult()
    {
        var body = _body.ToArray();
        var isBinary = IsBinary();
        var headers = Headers
            .Where(header => header.Key != HeaderNames.SetCookie)
            .ToDictionary(header => header.Key, header => string.Join(',', header.Value.AsEnumerable()));

        if (string.IsNullOrEmpty(Headers.ContentType))
        {
            headers[HeaderNames.ContentType] = null!;
        }

        return new()
        {
            StatusCode = StatusCode,
            Headers = headers,
            Cookies = Headers.ContainsKey(HeaderNames.SetCookie) ? Headers.SetCookie.ToArray()! : null!,
            // If the content type is not binary, bytes that are not valid UTF-8 are lost, as in the package.
            Body = isBinary ? Convert.ToBase64String(body) : Encoding.UTF8.GetString(body),
            IsBase64Encoded = isBinary,
        };
    }

    private bool IsBinary() =>
        Headers.ContentEncoding.ToString() is "gzip" or "deflate" or "br"
        || BinaryTypes.Contains(Headers.ContentType.ToString().Split(';')[0].Trim());

    private static async Task RunAsync(List<(Func<object, Task> Callback, object State)> callbacks)
    {
        foreach (var (callback, state) in callbacks)
        {
            await callback(state);
        }
    }
}
