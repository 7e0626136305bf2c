using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>Runs before the first event. If it returns false, the function does not start.</summary>
public delegate Task<bool> LambdaBootstrapInitializer();

/// <summary>Builds a <see cref="LambdaBootstrap"/> from a handler.</summary>
public class LambdaBootstrapBuilder
{
    private readonly Func<Invocation, Task<Stream>> _handler;
    private LambdaBootstrapInitializer? _initializer;

    private LambdaBootstrapBuilder(Func<Invocation, Task<Stream>> handler) => _handler = handler;

    public static LambdaBootstrapBuilder Create<TInput, TOutput>(
        Func<TInput, ILambdaContext, Task<TOutput>> handler, ILambdaSerializer serializer) =>
        new(async invocation =>
        {
            var input = serializer.Deserialize<TInput>(invocation.Event);
            var result = new MemoryStream();
            serializer.Serialize(await handler(input, new LambdaContext(invocation)), result);
            result.Position = 0;

            return result;
        });

    public LambdaBootstrapBuilder UseBootstrapHandler(LambdaBootstrapInitializer lambdaBootstrapInitializer)
    {
        _initializer = lambdaBootstrapInitializer;

        return this;
    }

    public LambdaBootstrap Build() => new(_handler, _initializer);
}
