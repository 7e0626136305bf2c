using System.Globalization;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Core;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Lambda;

/// <summary>Events that an HTTP API would not send, and the Lambda invocation in an app.</summary>
[Collection(AloneCollection.Name)]
public sealed class LambdaEventTests
{
    private static readonly GatewayRequest Request = GatewayRequest.Get("/");

    [Fact]
    public async Task Request_is_not_aborted_at_the_deadline()
    {
        await using var api = await EchoApi.StartAsync(async http =>
        {
            await Task.Delay(500);
            http.Response.StatusCode = http.RequestAborted.IsCancellationRequested ? 504 : 200;
        });

        var late = await api.Runtime.SendAsync(Request, timeout: TimeSpan.FromMilliseconds(200));

        Assert.Equal(200, late.Status);
    }

    [Fact]
    public async Task App_finds_the_event_and_its_context_in_the_items()
    {
        await using var api = await EchoApi.StartAsync(http => http.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{((APIGatewayHttpApiV2ProxyRequest)http.Items["LambdaRequestObject"]!).RawPath} {Remaining(http).TotalSeconds:F0}")));

        var response = await api.Runtime.SendAsync(Request, timeout: TimeSpan.FromSeconds(29.9));

        Assert.Contains(response.Text, (string[])["/ 30", "/ 29"]);

        static TimeSpan Remaining(HttpContext http) => ((ILambdaContext)http.Items["LambdaContext"]!).RemainingTime;
    }

    [Fact]
    public async Task Services_of_the_request_are_disposed_of_after_it()
    {
        var order = new List<string>();
        await using var api = await EchoApi.StartAsync(
            async http =>
            {
                http.Response.OnCompleted(() =>
                {
                    order.Add("completed");

                    return Task.CompletedTask;
                });
                http.RequestServices.GetRequiredService<Scoped>().OnDispose = () => order.Add("disposed");
                await http.Response.WriteAsync("");
            },
            services => services.AddScoped(_ => new Scoped()));

        await api.Runtime.SendAsync(Request);
        await api.Runtime.SendAsync(Request);

        Assert.Equal(["completed", "disposed", "completed", "disposed"], order);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"version":"2.0","requestContext":{}}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET"}}}""")]
    [InlineData("""{"version":"2.0","headers":[]}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET","path":"/"}},"isBase64Encoded":true,"body":"?"}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET","path":"/"},"authorizer":{"jwt":{}}}}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET","path":"/"},"authorizer":{"jwt":{"claims":null}}}}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET","path":"/"},"authorizer":{"jwt":{"claims":{"a":null}}}}}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET","path":"/"},"authorizer":{"jwt":{"claims":{"a":1}}}}}""")]
    [InlineData("""{"version":"2.0","requestContext":{"http":{"method":"GET","path":"/"}},"headers":{"X-Forwarded-Port":"x"}}""")]
    public async Task Event_of_another_kind_is_a_function_error_and_the_next_one_is_served(string json)
    {
        await using var api = await EchoApi.StartAsync(http => http.Response.WriteAsync("served"));

        var bad = await api.Runtime.InvokeAsync(json);
        var good = await api.Runtime.SendAsync(Request);

        Assert.NotNull(bad.ErrorType);
        Assert.Equal("served", good.Text);
    }

    [Theory]
    [InlineData("""{"requestContext":{"http":{"path":""}}}""")]
    [InlineData("""{"version":"1.0","requestContext":{"http":{"method":"GET","path":"/"}},"headers":{"X-Forwarded-Port":"443"}}""")]
    public async Task Version_of_the_payload_is_not_checked(string json)
    {
        await using var api = await EchoApi.StartAsync(http => http.Response.WriteAsync(http.Request.Path.Value!));

        var outcome = await api.Runtime.InvokeAsync(json);

        Assert.Equal("/", GatewayResponse.Read(outcome.Json).Text);
    }

    private sealed class Scoped : IDisposable
    {
        public Action OnDispose { get; set; } = () => { };

        public void Dispose() => OnDispose();
    }
}
