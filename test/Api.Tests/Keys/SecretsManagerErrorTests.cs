using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Api.Tests.Support;

namespace Api.Tests.Keys;

/// <summary>The exceptions of the AWS SDK for errors of Secrets Manager.</summary>
[Collection(MotoKeysCollection.Name)]
public sealed class SecretsManagerErrorTests(MotoServer moto) : RotatedSecret(moto)
{
    [FactWith(Tool.Moto)]
    public async Task Errors_of_the_service_have_their_names()
    {
        using var client = MotoServer.ClientOf(Moto.Address);

        await Assert.ThrowsAsync<ResourceNotFoundException>(() => client.DescribeSecretAsync(new() { SecretId = "nowhere" }));
        await RotateAsync(Guid.NewGuid());
        await Assert.ThrowsAsync<InvalidParameterException>(() => client.UpdateSecretVersionStageAsync(
            new() { SecretId = Secret.SecretId, VersionStage = "AWSCURRENT", RemoveFromVersionId = Guid.NewGuid().ToString() }));
        var rotated = await client.RotateSecretAsync(new() { SecretId = Secret.SecretId });
        Assert.Contains(Secret.SecretId, rotated.ARN, StringComparison.Ordinal);
    }

    [TheoryWith(Tool.Moto)]
    [InlineData(400, "ThrottlingException", typeof(AmazonSecretsManagerException))]
    [InlineData(400, "com.amazonaws.secretsmanager#ResourceExistsException", typeof(ResourceExistsException))]
    [InlineData(400, "InvalidRequestException", typeof(InvalidRequestException))]
    [InlineData(400, "DecryptionFailure", typeof(DecryptionFailureException))]
    [InlineData(400, "AccessDeniedException", typeof(AmazonSecretsManagerException))]
    [InlineData(500, "InternalServiceError", typeof(InternalServiceErrorException))]
    public async Task Errors_on_the_wire_become_the_exceptions_of_the_SDK(int status, string code, Type exception)
    {
        await using var proxy = await UnreliableProxy.StartAsync(Moto.Address);
        proxy.Answer = UnreliableProxy.Error(status, code);
        using var client = MotoServer.ClientOf(proxy.Address);

        var thrown = await Record.ExceptionAsync(() => client.PutSecretValueAsync(
            new() { SecretId = "any", ClientRequestToken = Guid.NewGuid().ToString(), SecretString = "any" }));

        Assert.IsType(exception, thrown);
        Assert.Equal(code.Split('#')[^1], ((AmazonServiceException)thrown).ErrorCode);
        Assert.Equal("Made up by the test", thrown.Message);
    }
}
