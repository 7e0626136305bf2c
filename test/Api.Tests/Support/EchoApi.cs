using Amazon.Lambda.Serialization.SystemTextJson;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Api.Tests.Support;

/// <summary>A web app of the test's own on Lambda, in this process.</summary>
internal sealed class EchoApi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private EchoApi(RuntimeApi runtime, RequestDelegate answer)
    {
        Runtime = runtime;
        // Nothing else runs meanwhile: the collection of these tests sees to that.
        Environment.SetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API", runtime.Address);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi, new SourceGeneratorLambdaJsonSerializer<LambdaJson>());
        Environment.SetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API", null);
        _app = builder.Build();
        _app.Run(answer);
        Serving = _app.StartAsync();
    }

    public RuntimeApi Runtime { get; }

    /// <summary>The start of the app, which lasts as long as it serves.</summary>
    public Task Serving { get; }

    public static async Task<EchoApi> StartAsync(RequestDelegate answer) => new(await RuntimeApi.StartAsync(), answer);

    /// <summary>Sends one request to an app that answers like this.</summary>
    public static async Task<GatewayResponse> SendAsync(GatewayRequest request, RequestDelegate answer)
    {
        await using var api = await StartAsync(answer);

        return await api.Runtime.SendAsync(request);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await Serving;
        await _app.DisposeAsync();
        await Runtime.DisposeAsync();
    }
}

/// <summary>Tests that change the environment of this process, and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1711 // The name of the framework's concept.
public sealed class AloneCollection
#pragma warning restore CA1711
{
    public const string Name = "alone";
}
