using System.Globalization;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>Fetches one event after another and passes each to the handler.</summary>
public class LambdaBootstrap : IDisposable
{
    private readonly Func<Invocation, Task<Stream>> _handler;
    private readonly LambdaBootstrapInitializer? _initializer;

    internal LambdaBootstrap(Func<Invocation, Task<Stream>> handler, LambdaBootstrapInitializer? initializer) =>
        (_handler, _initializer) = (handler, initializer);

    /// <summary>Runs until it is cancelled or the Runtime API fails. An exception of the handler does not end it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var runtime = new RuntimeClient(Environment.GetEnvironmentVariable(RuntimeClient.AddressVariable) ?? "");

        if (_initializer is not null && !await InitializeAsync(runtime, _initializer))
        {
            return;
        }

        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await InvokeAsync(runtime, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    private static async Task<bool> InitializeAsync(RuntimeClient runtime, LambdaBootstrapInitializer initializer)
    {
        try
        {
            return await initializer();
        }
        catch (Exception exception)
        {
            await LogAsync("", exception);
            await runtime.FailInitAsync(exception);

            throw;
        }
    }

    private async Task InvokeAsync(RuntimeClient runtime, CancellationToken cancellationToken)
    {
        using var invocation = await runtime.NextAsync(cancellationToken);
        Environment.SetEnvironmentVariable(RuntimeClient.TraceIdVariable, invocation.TraceId);
        Stream result;

        try
        {
            result = await _handler(invocation);
        }
#pragma warning disable CA1031 // A handler may throw any exception. The next event is handled all the same.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await LogAsync(invocation.RequestId, exception);
            await runtime.FailAsync(invocation, exception, cancellationToken);

            return;
        }

        await using (result)
        {
            await runtime.RespondAsync(invocation, result, cancellationToken);
        }
    }

    private static Task LogAsync(string requestId, Exception exception) => Console.Out.WriteLineAsync(string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ}\t{requestId}\tfail\t{exception}"));
}
