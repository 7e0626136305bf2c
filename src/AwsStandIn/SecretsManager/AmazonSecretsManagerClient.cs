using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.SecretsManager.Internal;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager;

/// <summary>A client of AWS Secrets Manager.</summary>
public class AmazonSecretsManagerClient : AmazonServiceClient
{
    public AmazonSecretsManagerClient(AmazonSecretsManagerConfig clientConfig)
        : base(clientConfig)
    {
    }

    public AmazonSecretsManagerClient(AWSCredentials credentials, AmazonSecretsManagerConfig clientConfig)
        : base(credentials, clientConfig)
    {
    }

    protected override IServiceMetadata ServiceMetadata { get; } = new Metadata();

    public virtual Task<GetSecretValueResponse> GetSecretValueAsync(
        GetSecretValueRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        return CallAsync(
            "GetSecretValue",
            request,
            json =>
            {
                Write(json, "SecretId", request.SecretId);
                Write(json, "VersionId", request.VersionId);
                Write(json, "VersionStage", request.VersionStage);
            },
            json => new GetSecretValueResponse
            {
                ARN = Text(json, "ARN"),
                Name = Text(json, "Name"),
                // Timestamps are in seconds since 1970.
                CreatedDate = json.TryGetProperty("CreatedDate", out var created)
                    ? DateTime.UnixEpoch.AddSeconds(created.GetDouble())
                    : null,
                SecretString = Text(json, "SecretString"),
                VersionId = Text(json, "VersionId"),
                VersionStages = Texts(json, "VersionStages"),
            },
            cancellationToken);
    }

    public virtual Task<PutSecretValueResponse> PutSecretValueAsync(
        PutSecretValueRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        return CallAsync(
            "PutSecretValue",
            request,
            json =>
            {
                Write(json, "SecretId", request.SecretId);
                Write(json, "ClientRequestToken", request.ClientRequestToken ?? Guid.NewGuid().ToString());
                Write(json, "SecretString", request.SecretString);
                Write(json, "VersionStages", request.VersionStages);
            },
            json => new PutSecretValueResponse
            {
                ARN = Text(json, "ARN"),
                Name = Text(json, "Name"),
                VersionId = Text(json, "VersionId"),
                VersionStages = Texts(json, "VersionStages"),
            },
            cancellationToken);
    }

    public virtual Task<DescribeSecretResponse> DescribeSecretAsync(
        DescribeSecretRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        return CallAsync(
            "DescribeSecret",
            request,
            json => Write(json, "SecretId", request.SecretId),
            json => new DescribeSecretResponse
            {
                ARN = Text(json, "ARN"),
                Name = Text(json, "Name"),
                VersionIdsToStages = json.TryGetProperty("VersionIdsToStages", out var versions)
                    ? versions.EnumerateObject().ToDictionary(version => version.Name, version => Texts(version.Value)!)
                    : null,
            },
            cancellationToken);
    }

    public virtual Task<UpdateSecretVersionStageResponse> UpdateSecretVersionStageAsync(
        UpdateSecretVersionStageRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        return CallAsync(
            "UpdateSecretVersionStage",
            request,
            json =>
            {
                Write(json, "SecretId", request.SecretId);
                Write(json, "VersionStage", request.VersionStage);
                Write(json, "RemoveFromVersionId", request.RemoveFromVersionId);
                Write(json, "MoveToVersionId", request.MoveToVersionId);
            },
            json => new UpdateSecretVersionStageResponse { ARN = Text(json, "ARN"), Name = Text(json, "Name") },
            cancellationToken);
    }

    public virtual Task<RotateSecretResponse> RotateSecretAsync(
        RotateSecretRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);

        return CallAsync(
            "RotateSecret",
            request,
            json =>
            {
                Write(json, "SecretId", request.SecretId);
                Write(json, "ClientRequestToken", request.ClientRequestToken ?? Guid.NewGuid().ToString());
            },
            json => new RotateSecretResponse
            {
                ARN = Text(json, "ARN"),
                Name = Text(json, "Name"),
                VersionId = Text(json, "VersionId"),
            },
            cancellationToken);
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new SecretsManagerEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new SecretsManagerAuthSchemeHandler());
    }

    private Task<TResponse> CallAsync<TResponse>(
        string operation,
        AmazonWebServiceRequest request,
        Action<Utf8JsonWriter> write,
        Func<JsonElement, TResponse> read,
        CancellationToken cancellation)
        where TResponse : AmazonWebServiceResponse, new()
    {
        var options = new InvokeOptions
        {
            RequestMarshaller = new JsonRequestMarshaller(operation, write),
            ResponseUnmarshaller = new JsonResponseUnmarshaller<TResponse>(read),
        };

        return InvokeAsync<TResponse>(request, options, cancellation);
    }

    private static void Write(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void Write(Utf8JsonWriter json, string name, List<string>? values)
    {
        if (values is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartArray(name);
        values.ForEach(json.WriteStringValue);
        json.WriteEndArray();
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static List<string>? Texts(JsonElement json, string name) => json.TryGetProperty(name, out var values) ? Texts(values) : null;

    private static List<string> Texts(JsonElement values) => [.. values.EnumerateArray().Select(value => value.GetString()!)];

    private sealed class Metadata : IServiceMetadata
    {
        public string ServiceId => "Secrets Manager";

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }
}
