namespace Amazon.Lambda.Core;

/// <summary>The context of one invocation.</summary>
public interface ILambdaContext
{
    string AwsRequestId { get; }

    /// <summary>The time that remains until Lambda ends the invocation.</summary>
    TimeSpan RemainingTime { get; }
}
