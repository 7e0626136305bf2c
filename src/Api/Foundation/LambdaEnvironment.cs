namespace Api.Foundation;

internal static class LambdaEnvironment
{
    /// <summary>
    /// Whether the process runs as a Lambda function (AWS Lambda Developer Guide, "Defined runtime environment variables").
    /// </summary>
    public static bool IsActive => Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME") is { Length: > 0 };
}
