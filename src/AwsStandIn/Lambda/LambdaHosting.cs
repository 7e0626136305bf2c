using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Amazon.Lambda.AspNetCoreServer.Hosting.Internal;
using Amazon.Lambda.Serialization.SystemTextJson;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Runs a web app as a Lambda function.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Replaces the web server with the Lambda server. Does nothing outside Lambda.</summary>
    public static IServiceCollection AddAWSLambdaHosting<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IServiceCollection services, LambdaEventSource eventSource, SourceGeneratorLambdaJsonSerializer<T> serializer)
        where T : JsonSerializerContext
    {
        if (eventSource is not LambdaEventSource.HttpApi)
        {
            throw new NotSupportedException($"The stand-in supports only {LambdaEventSource.HttpApi}.");
        }

        if (Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME") is { Length: > 0 })
        {
            services.RemoveAll<IServer>();
            services.AddSingleton<IServer>(provider =>
                new LambdaServer(provider, serializer, provider.GetRequiredService<ILogger<LambdaServer>>()));
        }

        return services;
    }
}

/// <summary>The service that invokes the function.</summary>
public enum LambdaEventSource
{
    RestApi,
    HttpApi,
    ApplicationLoadBalancer,
    WebsocketApi,
}
