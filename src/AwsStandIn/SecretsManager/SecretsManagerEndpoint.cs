using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace Amazon.SecretsManager.Internal;

/// <summary>Resolves the endpoint: a configured URL, or the endpoint of the region.</summary>
internal sealed class SecretsManagerEndpoint : IEndpointProvider
{
    private const string Address = "Address";

    public static EndpointParameters Parameters(IClientConfig config, RegionEndpoint? alternative)
    {
        var region = alternative ?? config.RegionEndpoint;
        var parameters = new EndpointParameters
        {
            [Address] = !string.IsNullOrEmpty(config.ServiceURL) ? config.ServiceURL
                : region is null ? throw new AmazonClientException("No AWS region is set: set AWS_REGION.")
                : $"https://secretsmanager.{region.SystemName}.{region.PartitionDnsSuffix}",
        };

        return parameters;
    }

    public Endpoint ResolveEndpoint(EndpointParameters parameters) => new((string)parameters[Address]);
}

/// <summary>Sets the endpoint of each request.</summary>
internal sealed class SecretsManagerEndpointResolver : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
        SecretsManagerEndpoint.Parameters(requestContext.ClientConfig, requestContext.Request.AlternateEndpoint);

    protected override void ServiceSpecificHandler(IExecutionContext executionContext, EndpointParameters parameters) =>
        InjectHostPrefix(executionContext.RequestContext);
}

/// <summary>Signs each request with Signature Version 4.</summary>
internal sealed class SecretsManagerAuthSchemeHandler : BaseAuthResolverHandler
{
    protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
        AuthSchemeOption.DEFAULT_SIGV4;
}
