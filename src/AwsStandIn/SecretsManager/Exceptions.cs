using System.Net;
using Amazon.Runtime;

namespace Amazon.SecretsManager.Model;

/// <summary>The value cannot be decrypted with its KMS key.</summary>
public class DecryptionFailureException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>The value cannot be encrypted with the KMS key.</summary>
public class EncryptionFailureException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>Something went wrong on the server side.</summary>
public class InternalServiceErrorException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>A parameter's name or value is not valid.</summary>
public class InvalidParameterException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>A parameter does not fit the state of the secret.</summary>
public class InvalidRequestException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>A quota is used up.</summary>
public class LimitExceededException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>There is something of that name already.</summary>
public class ResourceExistsException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);

/// <summary>The secret, or the version asked for, is not there.</summary>
public class ResourceNotFoundException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string? requestId, HttpStatusCode statusCode)
    : AmazonSecretsManagerException(message, innerException, errorType, errorCode, requestId, statusCode);
