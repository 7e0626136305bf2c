using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Amazon.Lambda.AspNetCoreServer.Hosting.Internal;

/// <summary>A web server without a socket: its requests are the events of the function, one after the other.</summary>
internal sealed partial class LambdaServer(RuntimeClient runtime, ILambdaSerializer serializer, ILogger<LambdaServer> logger)
    : IServer
{
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IFeatureCollection Features { get; } = new FeatureCollection();

    /// <summary>Serves until the host stops: what a program does after its start is not for Lambda.</summary>
    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        try
        {
            while (true)
            {
                await AnswerAsync(application, await runtime.NextAsync(cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops. An event that was under way has been answered.
        }
        finally
        {
            _served.TrySetResult();
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _served.Task.WaitAsync(cancellationToken);

    public void Dispose()
    {
    }

    private async Task AnswerAsync<TContext>(IHttpApplication<TContext> application, Invocation invocation)
        where TContext : notnull
    {
        try
        {
            var request = HttpApiEvent.Parse(serializer, invocation.Event);
            using var answer = new ByteArrayContent(await ProcessAsync(application, request, invocation.Deadline));
            await runtime.RespondAsync(invocation, answer);
        }
#pragma warning disable CA1031 // One event that cannot be answered must not end the others.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(logger, invocation.RequestId, exception);
            await runtime.FailAsync(invocation, exception);
        }
    }

    private async Task<byte[]> ProcessAsync<TContext>(
        IHttpApplication<TContext> application, HttpApiEvent request, DateTimeOffset deadline)
        where TContext : notnull
    {
        var left = deadline - TimeProvider.System.GetUtcNow();
        using var aborted = new CancellationTokenSource(TimeSpan.FromMilliseconds(Math.Clamp(left.TotalMilliseconds, 0, int.MaxValue)));
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
#pragma warning disable CA1031 // Whatever an app throws, its caller learns only that it did.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            failure = exception;
            LogUnhandled(logger, exception);
        }

        using var answer = new MemoryStream();
        serializer.Serialize(
            failure is null ? response.ToAnswer(request.Method) : new() { StatusCode = StatusCodes.Status500InternalServerError },
            answer);
        await response.RunCompletedAsync();
        application.DisposeContext(context, failure);

        return answer.ToArray();
    }

    [LoggerMessage(1, LogLevel.Error, "The event {RequestId} cannot be answered")]
    private static partial void LogFailed(ILogger logger, string requestId, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "The app threw an exception that nothing in it handled")]
    private static partial void LogUnhandled(ILogger logger, Exception exception);
}
