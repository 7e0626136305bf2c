using Amazon.Lambda.RuntimeSupport;

namespace Lambda.Bootstrap;

/// <summary>
/// Starts the function that <c>_HANDLER</c> names, as the managed runtime does (AWS Lambda Developer Guide, "Define Lambda function
/// handler in C#"): a class library handler <c>Assembly::Type::Method</c>, or the program of an executable assembly.
/// Usage: <c>dotnet Lambda.Bootstrap.dll FOLDER</c>, where the folder has the published app.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        if (args is not [var folder]
            || Environment.GetEnvironmentVariable("_HANDLER") is not { Length: > 0 } handler
            || Environment.GetEnvironmentVariable(RuntimeClient.AddressVariable) is not { Length: > 0 } address)
        {
            await Console.Error.WriteLineAsync($"Usage: _HANDLER=… {RuntimeClient.AddressVariable}=… dotnet Lambda.Bootstrap.dll FOLDER");

            return 2;
        }

        var runtime = new RuntimeClient(address);

        try
        {
            var app = new AppLoadContext(Path.GetFullPath(folder), handler.Split("::")[0]);

            if (!handler.Contains("::", StringComparison.Ordinal))
            {
                return app.Run();
            }

            await ServeAsync(runtime, app.Find(handler));
        }
#pragma warning disable CA1031 // Whatever is in the way of the function, Lambda and its log are told.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync(exception.ToString());
            await runtime.FailInitAsync(exception);
        }

        return 1;
    }

    private static async Task ServeAsync(RuntimeClient runtime, Func<Stream, Task<Stream>> function)
    {
        while (true)
        {
            using var invocation = await runtime.NextAsync(CancellationToken.None);

            try
            {
                await using var result = await function(invocation.Event);
                await runtime.RespondAsync(invocation, result, CancellationToken.None);
            }
#pragma warning disable CA1031 // A function that fails is invoked again.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                await Console.Error.WriteLineAsync(exception.ToString());
                await runtime.FailAsync(invocation, exception, CancellationToken.None);
            }
        }
    }
}
