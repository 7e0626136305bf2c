using System.Text;
using System.Text.Unicode;
using Amazon.Lambda.APIGatewayEvents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>
/// A response as an HTTP API takes it from a function (payload format version 2.0). It is one JSON document, so nothing is sent
/// before it is complete.
/// </summary>
internal sealed class HttpApiResponse : HttpResponseFeature, IDisposable
{
    private readonly MemoryStream _body = new();
    private readonly Stack<(Func<object, Task> Callback, object State)> _onStarting = [];
    private readonly Stack<(Func<object, Task> Callback, object State)> _onCompleted = [];
    private bool _hasStarted;

    public HttpApiResponse() => BodyFeature = new(_body);

    public StreamResponseBodyFeature BodyFeature { get; }

    public override bool HasStarted => _hasStarted;

    public override void OnStarting(Func<object, Task> callback, object state) => _onStarting.Push((callback, state));

    public override void OnCompleted(Func<object, Task> callback, object state) => _onCompleted.Push((callback, state));

    public async Task CompleteAsync()
    {
        await RunAsync(_onStarting);
        _hasStarted = true;
        await BodyFeature.CompleteAsync();
    }

    public void Dispose() => _body.Dispose();

    public Task RunCompletedAsync() => RunAsync(_onCompleted);

    public APIGatewayHttpApiV2ProxyResponse ToAnswer(string method)
    {
        // RFC 9110 §6.4.1: these have no body, whatever the app wrote.
        var body = HttpMethods.IsHead(method) || StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
            ? []
            : _body.GetBuffer().AsSpan(0, (int)_body.Length);
        var isText = Utf8.IsValid(body);

        return new()
        {
            StatusCode = StatusCode,
            // A cookie may have commas of its own, so each stands alone.
            Headers = Headers.Where(header => header.Key != HeaderNames.SetCookie)
                .ToDictionary(header => header.Key, header => string.Join(',', header.Value.AsEnumerable())),
            Cookies = [.. Headers.SetCookie.OfType<string>()],
            Body = isText ? Encoding.UTF8.GetString(body) : Convert.ToBase64String(body),
            IsBase64Encoded = !isText,
        };
    }

    private static async Task RunAsync(Stack<(Func<object, Task> Callback, object State)> callbacks)
    {
        while (callbacks.TryPop(out var next))
        {
            await next.Callback(next.State);
        }
    }
}
