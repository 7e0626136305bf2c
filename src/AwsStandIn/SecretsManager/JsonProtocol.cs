using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager.Internal;

/// <summary>Serializes a request in the AWS JSON 1.1 protocol.</summary>
internal sealed class JsonRequestMarshaller(string operation, Action<Utf8JsonWriter> write)
    : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        using var content = new MemoryStream();

        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return new DefaultRequest(input, "Amazon.SecretsManager")
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Headers = { ["X-Amz-Target"] = $"secretsmanager.{operation}", ["Content-Type"] = "application/x-amz-json-1.1" },
            Content = content.ToArray(),
        };
    }
}

/// <summary>Deserializes a response in the AWS JSON 1.1 protocol. Each error code has its own exception.</summary>
internal sealed class JsonResponseUnmarshaller<TResponse>(Func<JsonElement, TResponse> read) : JsonResponseUnmarshaller
    where TResponse : AmazonWebServiceResponse
{
    public override AmazonWebServiceResponse Unmarshall(JsonUnmarshallerContext input)
    {
        using var json = JsonDocument.Parse(input.Stream);

        return read(json.RootElement);
    }

    public override AmazonServiceException UnmarshallException(
        JsonUnmarshallerContext input, Exception innerException, HttpStatusCode statusCode)
    {
        var (code, message) = ReadError(input);
        var requestId = input.ResponseData.GetHeaderValue("x-amzn-RequestId");
        var type = (int)statusCode < 500 ? ErrorType.Sender : ErrorType.Receiver;

        return code switch
        {
            "DecryptionFailure" => new DecryptionFailureException(message, innerException, type, code, requestId, statusCode),
            "EncryptionFailure" => new EncryptionFailureException(message, innerException, type, code, requestId, statusCode),
            "InternalServiceError" => new InternalServiceErrorException(message, innerException, type, code, requestId, statusCode),
            "InvalidParameterException" => new InvalidParameterException(message, innerException, type, code, requestId, statusCode),
            "InvalidRequestException" => new InvalidRequestException(message, innerException, type, code, requestId, statusCode),
            "LimitExceededException" => new LimitExceededException(message, innerException, type, code, requestId, statusCode),
            "ResourceExistsException" => new ResourceExistsException(message, innerException, type, code, requestId, statusCode),
            "ResourceNotFoundException" => new ResourceNotFoundException(message, innerException, type, code, requestId, statusCode),
            _ => new AmazonSecretsManagerException(message, innerException, type, code, requestId, statusCode),
        };
    }

    private static (string Code, string Message) ReadError(JsonUnmarshallerContext input)
    {
        var (code, message) = (input.ResponseData.GetHeaderValue("x-amzn-ErrorType") ?? "", "");

        try
        {
            using var json = JsonDocument.Parse(input.Stream);
            code = json.RootElement.TryGetProperty("__type", out var type) ? type.GetString() ?? code : code;
            message = json.RootElement.TryGetProperty("message", out var text) || json.RootElement.TryGetProperty("Message", out text)
                ? text.GetString() ?? message
                : message;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A proxy can respond without JSON. The HTTP status is then the only information.
        }

        // "com.amazonaws.secretsmanager#ResourceNotFoundException:http://…"
        return (code[(code.IndexOf('#', StringComparison.Ordinal) + 1)..].Split(':')[0], message);
    }
}
