using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>What a handler may know of its invocation.</summary>
internal sealed class LambdaContext(Invocation invocation) : ILambdaContext
{
    public string AwsRequestId => invocation.RequestId;

    public TimeSpan RemainingTime => invocation.Deadline - TimeProvider.System.GetUtcNow();
}
