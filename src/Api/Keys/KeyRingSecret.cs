using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Api.Keys;

/// <summary>
/// The key ring store in a Secrets Manager secret. Each version of the secret holds one ring. The web app loads the ring and can
/// request a rotation. The rotation function changes the ring.
/// </summary>
internal sealed class KeyRingSecret(Lazy<AmazonSecretsManagerClient> client, KeyOptions options) : IKeyRingStore
{
    public const string Current = "AWSCURRENT";
    public const string Pending = "AWSPENDING";

    private const string Read = "read";

    private readonly KeySchedule _schedule = KeySchedule.From(options);

    public string SecretId => options.SigningKeySecretId;

    public async Task<KeyRing> LoadAsync(CancellationToken cancellation) =>
        (await FindAsync(Current, cancellation))?.Ring
        ?? throw KeyRingException.Unchanged($"There are no signing keys in the secret {SecretId} yet. Rotate the secret once.");

    public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => ExplainAsync("rotated", async () =>
    {
        await client.Value.RotateSecretAsync(new RotateSecretRequest { SecretId = SecretId }, cancellation);

        return (KeyRing?)null;
    });

    /// <summary>Returns the ring with a staging label and its version ID, or null if there is none.</summary>
    public Task<(KeyRing Ring, string VersionId)?> FindAsync(string stage, CancellationToken cancellation) =>
        FindAsync(new GetSecretValueRequest { SecretId = SecretId, VersionStage = stage }, cancellation);

    /// <summary>Returns the ring of a version, or null if the version has no value.</summary>
    public async Task<KeyRing?> FindVersionAsync(string versionId, CancellationToken cancellation) =>
        (await FindAsync(new GetSecretValueRequest { SecretId = SecretId, VersionId = versionId }, cancellation))?.Ring;

    /// <summary>Stores a ring as the pending version. If the version already has a value, that value is kept.</summary>
    public Task PutPendingAsync(string versionId, KeyRing ring, CancellationToken cancellation) => ExplainAsync("written", async () =>
    {
        try
        {
            return await client.Value.PutSecretValueAsync(
                new PutSecretValueRequest
                {
                    SecretId = SecretId,
                    ClientRequestToken = versionId,
                    SecretString = Encoding.UTF8.GetString(KeyRingDocument.Write(ring.Keys)),
                    VersionStages = [Pending],
                },
                cancellation);
        }
        catch (ResourceExistsException)
        {
            // The same step ran twice at once, and the other run stored its value first.
            return null;
        }
    });

    /// <summary>Returns the staging labels of each version that has any.</summary>
    public Task<Dictionary<string, List<string>>> GetStagesAsync(CancellationToken cancellation) => ExplainAsync(Read, async () =>
        (await client.Value.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretId }, cancellation)).VersionIdsToStages ?? []);

    /// <summary>
    /// Makes another version current. Fails if <paramref name="from"/> is no longer the current version (null: if there is a
    /// current version), so that only one of two concurrent changes succeeds.
    /// </summary>
    public Task MoveCurrentAsync(string? from, string to, CancellationToken cancellation) =>
        ExplainAsync("changed", () => MoveStageAsync(Current, from, to, cancellation));

    /// <summary>
    /// Removes the pending label from a version that still has it. A pending version that is current or abandoned would prevent
    /// the next rotation.
    /// </summary>
    public Task DropPendingAsync(string versionId, CancellationToken cancellation) => ExplainAsync("changed", async () =>
    {
        try
        {
            return await MoveStageAsync(Pending, versionId, null, cancellation);
        }
        catch (InvalidParameterException)
        {
            // Another version has become pending in the meantime.
            return null;
        }
    });

    private Task<UpdateSecretVersionStageResponse> MoveStageAsync(
        string stage, string? from, string? to, CancellationToken cancellation) => client.Value.UpdateSecretVersionStageAsync(
            new UpdateSecretVersionStageRequest
            {
                SecretId = SecretId,
                VersionStage = stage,
                RemoveFromVersionId = from,
                MoveToVersionId = to,
            },
            cancellation);

    private Task<(KeyRing Ring, string VersionId)?> FindAsync(GetSecretValueRequest request, CancellationToken cancellation) =>
        ExplainAsync(Read, async () =>
        {
            try
            {
                var response = await client.Value.GetSecretValueAsync(request, cancellation);

                return string.IsNullOrEmpty(response.SecretString)
                    ? ((KeyRing, string)?)null
                    : (new(KeyRingDocument.Parse(Encoding.UTF8.GetBytes(response.SecretString)), _schedule), response.VersionId);
            }
            catch (ResourceNotFoundException)
            {
                // The version or the secret does not exist. If the secret does not exist, the next call reports it.
                return null;
            }
        });

    private async Task<T> ExplainAsync<T>(string what, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (FormatException exception)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in the secret {SecretId} cannot be used: {exception.Message}. Move the label {Current} back "
                + "to an earlier version.", exception);
        }
        // Catch everything: an AWS or network failure must affect only the request that it occurred in.
        catch (Exception exception) when (exception is not KeyRingException)
        {
            var code = exception is AmazonServiceException { ErrorCode: { Length: > 0 } error } ? error : exception.GetType().Name;

            throw new KeyRingException($"The signing keys in the secret {SecretId} cannot be {what}: {code}: {exception.Message}", exception)
            {
                // Without a response, and after a server error, the request may have been carried out.
                NothingChanged = what is Read
                    || exception is AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError },
            };
        }
    }
}
