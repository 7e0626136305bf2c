using System.Net;
using Amazon.Runtime;

namespace Amazon.SecretsManager;

/// <summary>Secrets Manager refuses a request, or cannot carry it out.</summary>
public class AmazonSecretsManagerException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonServiceException(message, innerException, errorType, errorCode, requestId, statusCode);
