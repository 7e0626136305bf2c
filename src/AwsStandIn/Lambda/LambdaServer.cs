using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>A web server without a socket. Its requests are the events of the function, one after the other.</summary>
internal sealed partial class LambdaServer(ILambdaSerializer serializer, ILogger<LambdaServer> logger) : IServer
{
    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Serves until the process ends.</summary>
    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        using var bootstrap = LambdaBootstrapBuilder
            .Create<APIGatewayHttpApiV2ProxyRequest, APIGatewayHttpApiV2ProxyResponse>(
                (request, context) => AnswerAsync(application, HttpApiEvent.Parse(request), context), serializer)
            .Build();

        await bootstrap.RunAsync(CancellationToken.None);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }

    private async Task<APIGatewayHttpApiV2ProxyResponse> AnswerAsync<TContext>(
        IHttpApplication<TContext> application, HttpApiEvent request, ILambdaContext lambda)
        where TContext : notnull
    {
        using var aborted = new CancellationTokenSource(TimeSpan.FromMilliseconds(
            Math.Clamp(lambda.RemainingTime.TotalMilliseconds, 0, int.MaxValue)));
        using var response = new HttpApiResponse();
        var features = request.ToFeatures();
        features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature { RequestAborted = aborted.Token });
        features.Set<IHttpResponseFeature>(response);
        features.Set<IHttpResponseBodyFeature>(response.BodyFeature);
        var context = application.CreateContext(features);
        Exception? failure = null;

        try
        {
            await application.ProcessRequestAsync(context);
            await response.CompleteAsync();
        }
#pragma warning disable CA1031 // The caller learns only that the app has failed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
            LogUnhandled(logger, exception);
        }

        var answer = failure is null
            ? response.ToAnswer(request.Method)
            : new() { StatusCode = StatusCodes.Status500InternalServerError };
        await response.RunCompletedAsync();
        application.DisposeContext(context, failure);

        return answer;
    }

    [LoggerMessage(1, LogLevel.Error, "The app threw an exception that it did not handle")]
    private static partial void LogUnhandled(ILogger logger, Exception exception);
}
