using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>A proxy between the app and the AWS emulator, which fails as a test sets.</summary>
internal sealed class UnreliableProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private UnreliableProxy(string target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(http => Answer(http, () => ForwardAsync(http, target)));
    }

    public string Address => _app.Urls.Single();

    public int Requests { get; private set; }

    /// <summary>Handles each request. The second argument forwards it to the emulator.</summary>
    public Func<HttpContext, Func<Task>, Task> Answer { get; set; } = Forward;

    public static Task Forward(HttpContext http, Func<Task> forward) => forward();

    public static Task Drop(HttpContext http, Func<Task> _)
    {
        http.Abort();

        return Task.CompletedTask;
    }

    public static async Task Delay(HttpContext http, Func<Task> forward)
    {
        await Task.Delay(TimeSpan.FromSeconds(1.5), http.RequestAborted);
        await forward();
    }

    /// <summary>Never answers.</summary>
    public static Task Hang(HttpContext http, Func<Task> _) => Task.Delay(Timeout.Infinite, http.RequestAborted);

    /// <summary>Forwards requests, but drops the response to the first one.</summary>
    public static Func<HttpContext, Func<Task>, Task> LoseFirstAnswer()
    {
        var first = 1;

        return async (http, forward) =>
        {
            if (Interlocked.Exchange(ref first, 0) is 0)
            {
                await forward();

                return;
            }

            using var lost = new MemoryStream();
            http.Response.Body = lost;
            await forward();
            http.Abort();
        };
    }

    /// <summary>Forwards one request at a time. Writes are atomic in AWS, but not in the emulator.</summary>
    public static Func<HttpContext, Func<Task>, Task> OneByOne()
    {
        var turn = new SemaphoreSlim(1);

        return async (_, forward) =>
        {
            await turn.WaitAsync();

            try
            {
                await forward();
            }
            finally
            {
                turn.Release();
            }
        };
    }

    public static Func<HttpContext, Func<Task>, Task> Error(int status, string code) => (http, _) =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/x-amz-json-1.1";

        return http.Response.WriteAsync($$"""{"__type":"{{code}}","message":"Made up by the test"}""");
    };

    public static async Task Damage(HttpContext http, Func<Task> forward)
    {
        var body = http.Response.Body;
        using var answer = new MemoryStream();
        http.Response.Body = answer;
        await forward();
        http.Response.Body = body;
        var json = JsonNode.Parse(Encoding.UTF8.GetString(answer.ToArray()))!.AsObject();
        json["SecretString"] = json["SecretString"]?.GetValue<string>()[..200];
        await http.Response.WriteAsync(json.ToJsonString());
    }

    public static async Task<UnreliableProxy> StartAsync(string target)
    {
        var proxy = new UnreliableProxy(target);
        await proxy._app.StartAsync();

        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext http, string target)
    {
        Requests++;
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new StreamContent(http.Request.Body) };

        foreach (var (name, value) in http.Request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Expect")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)value);
            }
        }

        using var response = await _http.SendAsync(request);
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        await response.Content.CopyToAsync(http.Response.Body);
    }
}
