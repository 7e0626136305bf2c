using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>A web server without a socket. Its requests are the events of the function, one at a time.</summary>
internal sealed partial class LambdaServer(IServiceProvider services, ILambdaSerializer serializer, ILogger<LambdaServer> logger)
    : IServer
{
    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Handles events until the process ends.</summary>
    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        using var bootstrap = LambdaBootstrapBuilder
            .Create<APIGatewayHttpApiV2ProxyRequest, APIGatewayHttpApiV2ProxyResponse>(
                (request, context) => HandleAsync(application, request, context), serializer)
            .Build();

        await bootstrap.RunAsync(CancellationToken.None);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private async Task<APIGatewayHttpApiV2ProxyResponse> HandleAsync<TContext>(
        IHttpApplication<TContext> application, APIGatewayHttpApiV2ProxyRequest request, ILambdaContext lambda)
        where TContext : notnull
    {
        var features = HttpApiRequest.ToFeatures(request);
        using var response = new HttpApiResponse();
        // Synchronous disposal, as in the package: a service that implements only IAsyncDisposable throws.
        using var scope = services.CreateScope();
        features.Set<IItemsFeature>(
            new ItemsFeature { Items = { ["LambdaContext"] = lambda, ["LambdaRequestObject"] = request } });
        features.Set<IServiceProvidersFeature>(new ServiceProvidersFeature { RequestServices = scope.ServiceProvider });
        features.Set<IHttpRequestIdentifierFeature>(new HttpRequestIdentifierFeature
        {
            TraceIdentifier = Environment.GetEnvironmentVariable(RuntimeClient.TraceIdVariable)!,
        });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response);
        var context = application.CreateContext(features);
        Exception? failure = null;

        try
        {
            failure = await ProcessAsync(application, context, response);
            await response.RunStartingAsync();
            var result = response.ToResult();
            await response.RunCompletedAsync();

            return result;
        }
        finally
        {
            application.DisposeContext(context, failure);
        }
    }

    private async Task<Exception?> ProcessAsync<TContext>(
        IHttpApplication<TContext> application, TContext context, HttpApiResponse response)
        where TContext : notnull
    {
        try
        {
            await application.ProcessRequestAsync(context);

            return null;
        }
#pragma warning disable CA1031 // An unhandled exception results in status 500 with the body written so far.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogUnhandled(logger, exception);
            response.StatusCode = StatusCodes.Status500InternalServerError;

            return exception;
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The app threw an unhandled exception")]
    private static partial void LogUnhandled(ILogger logger, Exception exception);
}
