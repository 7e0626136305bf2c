using Amazon.Lambda.Serialization.SystemTextJson;
using Api.Startup;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>A web app of a test on Lambda, in this process.</summary>
internal sealed class EchoApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoApi(RuntimeApi runtime, RequestDelegate answer, Action<IServiceCollection>? configure)
    {
        Runtime = runtime;
        LambdaVariables.Set(runtime);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi, new SourceGeneratorLambdaJsonSerializer<LambdaJson>());
        configure?.Invoke(builder.Services);
        _app = builder.Build();
        _app.Run(answer);
        Serving = _app.StartAsync();
    }

    public RuntimeApi Runtime { get; }

    /// <summary>The start of the app, which completes when the app ends.</summary>
    public Task Serving { get; }

    public static async Task<EchoApi> StartAsync(RequestDelegate answer, Action<IServiceCollection>? configure = null) =>
        new(await RuntimeApi.StartAsync(), answer, configure);

    /// <summary>Sends one request to an app with this handler.</summary>
    public static async Task<GatewayResponse> SendAsync(GatewayRequest request, RequestDelegate answer)
    {
        await using var api = await StartAsync(answer);

        return await api.Runtime.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        // The app serves until the Runtime API fails.
        await Runtime.DisposeAsync();
        var end = await Record.ExceptionAsync(() => Serving.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.False(end is null or TimeoutException, $"{end}");
        await _app.DisposeAsync();
        LambdaVariables.Clear();
    }
}

/// <summary>Sets the environment variables of a Lambda function in this process. Only tests that run alone may use it.</summary>
internal static class LambdaVariables
{
    private const string Address = "AWS_LAMBDA_RUNTIME_API";
    private const string FunctionName = "AWS_LAMBDA_FUNCTION_NAME";
    private const string TraceId = "_X_AMZN_TRACE_ID";

    public static void Set(RuntimeApi runtime)
    {
        Environment.SetEnvironmentVariable(Address, runtime.Address);
        Environment.SetEnvironmentVariable(FunctionName, "function");
    }

    public static void Clear()
    {
        Environment.SetEnvironmentVariable(Address, null);
        Environment.SetEnvironmentVariable(FunctionName, null);
        // The bootstrap sets it for each event.
        Environment.SetEnvironmentVariable(TraceId, null);
    }
}
