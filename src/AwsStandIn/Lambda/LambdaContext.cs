using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

/// <summary>The data of an invocation that is passed to the handler.</summary>
internal sealed class LambdaContext(Invocation invocation) : ILambdaContext
{
    public string AwsRequestId => invocation.RequestId;

    public TimeSpan RemainingTime => invocation.Deadline - TimeProvider.System.GetUtcNow();
}
