using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using Amazon.Lambda.AspNetCoreServer.Hosting.Internal;
using Amazon.Lambda.Serialization.SystemTextJson;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes a web app answer the events of a Lambda function.</summary>
public static class ServiceCollectionExtensions
{
    /// <summary>Puts Lambda in the place of the web server. Outside Lambda it changes nothing.</summary>
    public static IServiceCollection AddAWSLambdaHosting<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IServiceCollection services, LambdaEventSource eventSource, SourceGeneratorLambdaJsonSerializer<T> serializer)
        where T : JsonSerializerContext
    {
        if (eventSource is not LambdaEventSource.HttpApi)
        {
            throw new NotSupportedException($"The stand-in supports {LambdaEventSource.HttpApi} only.");
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

/// <summary>What invokes the function.</summary>
public enum LambdaEventSource
{
    RestApi,
    HttpApi,
    ApplicationLoadBalancer,
    WebsocketApi,
}
