using Api.CommandLine;
using Api.Hosting;
using Api.Startup;

if (Commands.IsIn(args))
{
    return await Commands.RunAsync(args, WebApi.Build);
}

try
{
    if (FunctionRoles.Read() is not FunctionRole.Api and var role)
    {
        await LambdaFunctions.RunAsync(role);
    }
    else
    {
        await WebApi.Build(args).StartAndWaitAsync();
    }

    return 0;
}
catch (Exception exception) when (StartupFailure.Explain(exception) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);

    return 1;
}
