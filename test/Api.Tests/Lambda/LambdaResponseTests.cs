using System.Buffers;
using System.Text;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Lambda;

/// <summary>What becomes of a web app's answer (HTTP API, payload format 2.0).</summary>
[Trait("AwsPackages", "standin")]
[Collection(AloneCollection.Name)]
public sealed class LambdaResponseTests
{
    private static readonly GatewayRequest Request = GatewayRequest.Get("/");

    [Theory]
    [InlineData("text/plain", "ü <\"\\\0>")]
    [InlineData("application/problem+json", "{}")]
    public async Task Text_goes_out_as_text(string contentType, string text)
    {
        await using var api = await EchoApi.StartAsync(http =>
        {
            http.Response.ContentType = contentType;

            return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();
        });

        var answer = (await api.Runtime.InvokeAsync(Request.ToEvent())).Json;

        Assert.False(answer.GetProperty("isBase64Encoded").GetBoolean());
        Assert.Equal(text, answer.GetProperty("body").GetString());
        Assert.Equal(contentType, answer.GetProperty("headers").GetProperty("Content-Type").GetString());
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("image/webp")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task Bytes_that_are_no_text_go_out_as_they_are(string? contentType)
    {
        byte[] bytes = [.. Enumerable.Range(0, 256).Select(value => (byte)value)];

        var response = await EchoApi.SendAsync(Request, http =>
        {
            http.Response.ContentType = contentType;

            return http.Response.Body.WriteAsync(bytes).AsTask();
        });

        Assert.Equal(bytes, response.Body);
    }

    [Fact]
    public async Task What_was_written_but_not_flushed_goes_out_too()
    {
        var response = await EchoApi.SendAsync(Request, http =>
        {
            http.Response.BodyWriter.Write("written"u8);

            return Task.CompletedTask;
        });

        Assert.Equal("written", response.Text);
    }

    [Fact]
    public async Task Each_cookie_stands_alone_and_other_values_are_joined()
    {
        var response = await EchoApi.SendAsync(Request, http =>
        {
            http.Response.Cookies.Append("a", "1", new() { Expires = new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero) });
            http.Response.Cookies.Append("b", "2");
            http.Response.Headers.Append("WWW-Authenticate", "Basic");
            http.Response.Headers.Append("WWW-Authenticate", "Bearer");

            return Task.CompletedTask;
        });

        Assert.Equal(["a=1; expires=Mon, 01 Jun 2026 12:00:00 GMT; path=/", "b=2; path=/"], response.Cookies);
        Assert.Equal("Basic,Bearer", response.Headers["www-authenticate"]);
        Assert.False(response.Headers.ContainsKey("set-cookie"));
    }

    [Theory]
    [InlineData("GET", 200, "body")]
    [InlineData("HEAD", 200, "")]
    [InlineData("GET", 204, "")]
    [InlineData("GET", 304, "")]
    public async Task Only_answers_that_may_have_a_body_have_one(string method, int status, string body)
    {
        var response = await EchoApi.SendAsync(new(method, "/"), http =>
        {
            http.Response.StatusCode = status;

            return http.Response.WriteAsync("body");
        });

        Assert.Equal((status, body), (response.Status, response.Text));
    }

    [Fact]
    public async Task Callbacks_run_around_the_answer_last_one_first()
    {
        var order = new List<string>();

        var response = await EchoApi.SendAsync(Request, http =>
        {
            http.Response.OnCompleted(() => Note("last"));
            http.Response.OnCompleted(() => Note($"completed, started: {http.Response.HasStarted}"));
            http.Response.OnStarting(() => Note("second"));
            http.Response.OnStarting(() => Note("first"));
            http.Response.OnStarting(() =>
            {
                http.Response.Headers["X-Late"] = "in time";

                return Task.CompletedTask;
            });

            return http.Response.WriteAsync("body");
        });

        Assert.Equal("in time", response.Headers["x-late"]);
        Assert.Equal(["first", "second", "completed, started: True", "last"], order);

        Task Note(string text)
        {
            order.Add(text);

            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Exception_is_a_500_without_details_and_the_next_event_is_served()
    {
        var disposed = false;
        await using var api = await EchoApi.StartAsync(async http =>
        {
            http.Response.OnCompleted(() =>
            {
                disposed = true;

                return Task.CompletedTask;
            });
            await http.Response.WriteAsync("half an answer");
            Assert.Equal("/good", http.Request.Path);
        });

        var bad = await api.Runtime.SendAsync(GatewayRequest.Get("/bad"));
        var good = await api.Runtime.SendAsync(GatewayRequest.Get("/good"));

        Assert.Equal(500, bad.Status);
        Assert.Empty(bad.Body);
        Assert.Empty(bad.Headers);
        Assert.True(disposed);
        Assert.Equal((200, "half an answer"), (good.Status, good.Text));
    }

    [Fact]
    public async Task Request_is_aborted_at_the_deadline_and_not_before()
    {
        await using var api = await EchoApi.StartAsync(async http =>
        {
            await Task.Delay(500);
            http.Response.StatusCode = http.RequestAborted.IsCancellationRequested ? 504 : 200;
        });

        Assert.Equal(200, (await api.Runtime.SendAsync(Request, timeout: TimeSpan.FromSeconds(30))).Status);
        Assert.Equal(504, (await api.Runtime.SendAsync(Request, timeout: TimeSpan.FromMilliseconds(200))).Status);
        Assert.Equal(504, (await api.Runtime.SendAsync(Request, timeout: TimeSpan.FromSeconds(-1))).Status);
    }

    [Fact]
    public async Task Start_lasts_as_long_as_the_app_serves()
    {
        await using var api = await EchoApi.StartAsync(http => http.Response.WriteAsync("answered"));

        Assert.Equal("answered", (await api.Runtime.SendAsync(Request)).Text);

        Assert.False(api.Serving.IsCompleted);
    }
}
