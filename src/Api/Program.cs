using Amazon.Lambda.Serialization.SystemTextJson;
using Api;
using Api.ApiDescription;
using Api.Clients;
using Api.CommandLine;
using Api.Foundation.Net;
using Api.Keys;
using Api.Protected;
using Api.Tokens;
using Api.WellKnown;

if (Commands.IsIn(args))
{
    return await Commands.RunAsync(args);
}

try
{
    var builder = WebApplication.CreateSlimBuilder(args);

    JsonLines.UseInOperation(builder.Logging, builder.Environment);
    builder.WebHost.ConfigureKestrel(ServerLimits.Configure);
    builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi, new SourceGeneratorLambdaJsonSerializer<LambdaJson>());
    builder.Services.AddProblemDetails();
    builder.Services.AddSecurityHeaders();
    builder.Services.AddExceptionHandler<Unavailable>();
    builder.Services.AddSingleton(TimeProvider.System);
    ApiJson.AddTo(builder.Services);
    builder.Services.AddSingleton<Audit>();
    builder.Services.AddAuthorizationServer();
    builder.Services.AddKeys();
    builder.Services.AddPublicHttpFetch();
    builder.Services.AddClients();
    builder.Services.AddTokens();
    builder.Services.AddCrossOrigin();
    builder.Services.AddWellKnown();
    builder.Services.AddBearerAuthentication();

    if (AuthorizationServerOptions.HasSwagger(builder.Configuration, builder.Environment))
    {
        builder.Services.AddSwaggerPages();
    }

    var app = builder.Build();
    var options = app.Services.GetRequiredService<AuthorizationServerOptions>();

    // Where the issuer has a path, the addresses that it publishes lead here with it.
    app.UsePathBase(new Uri(options.Issuer).AbsolutePath);
    app.UseSecurityHeaders();
    app.UseExceptionHandler();
    app.UseCrossOrigin();
    // What is open to everybody ends here.
    app.UseRouting();
    app.UseStatusCodePages();

    if (options.Swagger)
    {
        app.UseSwaggerPages();
    }

    app.UseAuthentication();
    app.UseAuthorization();

    app.MapWellKnown();
    app.MapToken();
    app.MapUser();
    app.MapAdmin();

    await app.StartAndWaitAsync();

    return 0;
}
catch (Exception exception) when (FailedStart.Explain(exception) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);

    return 1;
}
