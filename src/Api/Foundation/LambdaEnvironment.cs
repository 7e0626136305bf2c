namespace Api.Foundation;

internal static class LambdaEnvironment
{
    /// <summary>Whether the program runs as a Lambda function ("Defined runtime environment variables", AWS Lambda Developer Guide).</summary>
    public static bool IsActive => Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME") is { Length: > 0 };
}
