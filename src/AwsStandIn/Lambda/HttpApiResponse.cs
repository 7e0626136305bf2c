using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
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
    public static readonly byte[] InternalServerError = """{"statusCode":500}"""u8.ToArray();

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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

    public byte[] ToJson(string method)
    {
        var answer = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(answer, Json))
        {
            json.WriteStartObject();
            json.WriteNumber("statusCode", StatusCode);
            WriteHeaders(json);
            WriteBody(json, method);
            json.WriteEndObject();
        }

        return answer.WrittenSpan.ToArray();
    }

    private void WriteHeaders(Utf8JsonWriter json)
    {
        json.WriteStartObject("headers");

        // A cookie may have commas of its own, so each stands alone.
        foreach (var (name, values) in Headers.Where(header => header.Key != HeaderNames.SetCookie))
        {
            json.WriteString(name, string.Join(',', values.AsEnumerable()));
        }

        json.WriteEndObject();
        json.WriteStartArray("cookies");

        foreach (var cookie in Headers.SetCookie)
        {
            json.WriteStringValue(cookie);
        }

        json.WriteEndArray();
    }

    private void WriteBody(Utf8JsonWriter json, string method)
    {
        // RFC 9110 §6.4.1: these have none, whatever the app wrote.
        var body = HttpMethods.IsHead(method) || StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified
            ? []
            : _body.GetBuffer().AsSpan(0, (int)_body.Length);

        if (Utf8.IsValid(body))
        {
            json.WriteString("body", Encoding.UTF8.GetString(body));
            json.WriteBoolean("isBase64Encoded", false);
        }
        else
        {
            json.WriteBase64String("body", body);
            json.WriteBoolean("isBase64Encoded", true);
        }
    }

    private static async Task RunAsync(Stack<(Func<object, Task> Callback, object State)> callbacks)
    {
        while (callbacks.TryPop(out var next))
        {
            await next.Callback(next.State);
        }
    }
}
