using Amazon.Lambda.Serialization.SystemTextJson;
using Api.ApiDescription;
using Api.Audit;
using Api.Bearer;
using Api.Clients;
using Api.Configuration;
using Api.Discovery;
using Api.Foundation.Json;
using Api.Foundation.Net;
using Api.Hosting;
using Api.Keys;
using Api.OAuth;
using Api.Routes;
using Api.Sessions;
using Api.SignIn;
using Api.SignIn.Authorization;
using Api.Storage;
using Api.Tokens;
using Api.Users;

namespace Api.Startup;

/// <summary>The web API: its services, its pipeline and its routes.</summary>
internal static class WebApi
{
    /// <summary>Builds the app. It reads no store and opens no port until the app starts.</summary>
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);

        JsonLinesLogger.UseInOperation(builder.Logging, builder.Environment);
        builder.WebHost.ConfigureKestrel(ServerLimits.Configure);
        builder.Services.AddAWSLambdaHosting(LambdaEventSource.HttpApi, new SourceGeneratorLambdaJsonSerializer<LambdaJson>());
        builder.Services.AddProblemDetails();
        builder.Services.AddSecurityHeaders();
        builder.Services.AddExceptionHandler<ServiceUnavailableHandler>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddWireJson();
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddAuthorizationServer();
        builder.Services.AddOAuth();
        builder.Services.AddKeys();
        builder.Services.AddPublicHttpFetch();
        builder.Services.AddStorage();
        builder.Services.AddClients();
        builder.Services.AddUsers();
        builder.Services.AddSessions();
        builder.Services.AddTokens();
        builder.Services.AddCrossOrigin();
        builder.Services.AddDiscovery();
        builder.Services.AddBearerAuthentication();
        builder.Services.AddRoutes();

        if (AuthorizationServerOptions.HasSignIn(builder.Configuration))
        {
            builder.Services.AddSignIn();
            builder.Services.AddAuthorizationEndpoints();
        }

        if (AuthorizationServerOptions.HasSwagger(builder.Configuration, builder.Environment))
        {
            builder.Services.AddOpenApiDocument();
        }

        var app = builder.Build();
        var options = app.Services.GetRequiredService<AuthorizationServerOptions>();

        app.UseHead();
        app.UseIssuerPath(options);
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseCrossOrigin();
        // The anonymous endpoints short-circuit here. The middleware below runs only for other routes.
        app.UseRouting();
        app.UseStatusCodePages();

        if (options.Swagger)
        {
            app.UseSwaggerPages();
        }

        app.UseAuthentication();
        app.UseAuthorization();

        app.MapDiscovery();
        app.MapToken();

        if (options.SignIn)
        {
            app.MapSignIn();
            app.MapAuthorizationEndpoints();
            app.MapUserInfo();
            app.MapRevocation();
            app.MapIntrospection();
        }

        app.MapUser();
        app.MapAdmin();

        return app;
    }
}
