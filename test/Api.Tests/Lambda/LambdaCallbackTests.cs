using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Lambda;

/// <summary>Callbacks and exceptions of an app on Lambda.</summary>
[Collection(AloneCollection.Name)]
public sealed class LambdaCallbackTests
{
    private static readonly GatewayRequest Request = GatewayRequest.Get("/");

    [Fact]
    public async Task Callbacks_run_after_the_app_first_one_first()
    {
        var order = new List<string>();

        var response = await EchoApi.SendAsync(Request, async http =>
        {
            http.Response.OnCompleted(() => Note("completed"));
            http.Response.OnCompleted(() => Note("last"));
            http.Response.OnStarting(() => Note("first"));
            http.Response.OnStarting(() =>
            {
                http.Response.Headers["X-Late"] = "in time";

                return Note("second");
            });
            await http.Response.WriteAsync("body");
            await Note("written");
        });

        Assert.Equal("in time", response.Headers["x-late"]);
        Assert.Equal(["written", "first", "second", "completed", "last"], order);

        Task Note(string text)
        {
            order.Add(text);

            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Response_has_started_after_StartAsync()
    {
        var response = await EchoApi.SendAsync(Request, async http =>
        {
            await http.Response.Body.WriteAsync("a"u8.ToArray());
            await http.Response.Body.FlushAsync();
            var before = http.Response.HasStarted;
            await http.Response.StartAsync();
            http.Response.Headers["X-Started"] = $"{before} {http.Response.HasStarted}";
        });

        Assert.Equal("False True", response.Headers["x-started"]);
    }

    [Fact]
    public async Task Exception_is_a_500_with_what_was_written_and_the_next_event_is_served()
    {
        var completed = false;
        await using var api = await EchoApi.StartAsync(async http =>
        {
            http.Response.OnCompleted(() =>
            {
                completed = true;

                return Task.CompletedTask;
            });
            http.Response.Headers["X-Half"] = "yes";
            await http.Response.WriteAsync("half a response");
            Assert.Equal("/good", http.Request.Path);
        });

        var bad = await api.Runtime.SendAsync(GatewayRequest.Get("/bad"));
        var good = await api.Runtime.SendAsync(GatewayRequest.Get("/good"));

        Assert.Equal((500, "half a response", "yes"), (bad.Status, bad.Text, bad.Headers["x-half"]));
        Assert.True(completed);
        Assert.Equal((200, "half a response"), (good.Status, good.Text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Callback_that_throws_is_a_function_error_and_the_next_event_is_served(bool onStarting)
    {
        await using var api = await EchoApi.StartAsync(http =>
        {
            if (http.Request.Path == "/bad")
            {
                Action<Func<Task>> register = onStarting ? http.Response.OnStarting : http.Response.OnCompleted;
                register(() => throw new InvalidOperationException("bad"));
            }

            return http.Response.WriteAsync("response");
        });

        var bad = await api.Runtime.InvokeAsync(GatewayRequest.Get("/bad").ToEvent());
        var good = await api.Runtime.SendAsync(GatewayRequest.Get("/good"));

        Assert.Equal(("InvalidOperationException", "bad"), (bad.ErrorType, bad.Message));
        Assert.Equal("response", good.Text);
    }

    [Fact]
    public async Task Start_completes_when_the_app_ends()
    {
        await using var api = await EchoApi.StartAsync(http => http.Response.WriteAsync("response"));

        Assert.Equal("response", (await api.Runtime.SendAsync(Request)).Text);

        Assert.False(api.Serving.IsCompleted);
    }
}
