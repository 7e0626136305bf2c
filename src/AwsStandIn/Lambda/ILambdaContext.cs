namespace Amazon.Lambda.Core;

/// <summary>One invocation of a function.</summary>
public interface ILambdaContext
{
    string AwsRequestId { get; }

    /// <summary>The time until Lambda ends the function.</summary>
    TimeSpan RemainingTime { get; }
}
