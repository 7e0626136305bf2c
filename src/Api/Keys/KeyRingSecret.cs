using System.Net;
using System.Text;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Api.Keys;

/// <summary>
/// The key ring in one Secrets Manager secret, a version for each state of the ring. The web app loads
/// the ring through this class and may ask for a rotation, the rotation function changes the ring.
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
        ?? throw KeyRingException.Unchanged($"There are no signing keys in the secret {SecretId} yet: rotate it once.");

    public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => ExplainAsync("rotated", async () =>
    {
        await client.Value.RotateSecretAsync(new RotateSecretRequest { SecretId = SecretId }, cancellation);

        return (KeyRing?)null;
    });

    /// <summary>The ring that has a stage now, with the version that holds it; null where there is none.</summary>
    public Task<(KeyRing Ring, string VersionId)?> FindAsync(string stage, CancellationToken cancellation) =>
        FindAsync(new GetSecretValueRequest { SecretId = SecretId, VersionStage = stage }, cancellation);

    /// <summary>The ring of a version, whatever its stage; null where the version has no value.</summary>
    public async Task<KeyRing?> FindVersionAsync(string versionId, CancellationToken cancellation) =>
        (await FindAsync(new GetSecretValueRequest { SecretId = SecretId, VersionId = versionId }, cancellation))?.Ring;

    /// <summary>Keeps a ring as the pending version. Where the version has a value already, that one stays.</summary>
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
            // The same step ran twice at once, and the other one was first.
            return null;
        }
    });

    /// <summary>The stages of each version that has any.</summary>
    public Task<Dictionary<string, List<string>>> GetStagesAsync(CancellationToken cancellation) => ExplainAsync(Read, async () =>
        (await client.Value.DescribeSecretAsync(new DescribeSecretRequest { SecretId = SecretId }, cancellation)).VersionIdsToStages ?? []);

    /// <summary>
    /// Makes another version the current one. Fails where the first is no longer current (null: where there is a current one), so that
    /// of two changes at once only one succeeds.
    /// </summary>
    public Task MoveCurrentAsync(string? from, string to, CancellationToken cancellation) =>
        ExplainAsync("changed", () => MoveStageAsync(Current, from, to, cancellation));

    /// <summary>
    /// Makes a version pending no more, if it still is. What is current need not be, and what has been given up must not: no other
    /// rotation could start.
    /// </summary>
    public Task DropPendingAsync(string versionId, CancellationToken cancellation) => ExplainAsync("changed", async () =>
    {
        try
        {
            return await MoveStageAsync(Pending, versionId, null, cancellation);
        }
        catch (InvalidParameterException)
        {
            // It is not: another version has become pending since.
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
                // No such value, or no such secret: then whatever is tried next says so.
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
                $"The signing keys in the secret {SecretId} cannot be used: {exception.Message}. Make an earlier version "
                + $"{Current} again.", exception);
        }
        // Whatever it is: nothing that AWS or the network does to a request may take more than that request along.
        catch (Exception exception) when (exception is not KeyRingException)
        {
            var code = exception is AmazonServiceException { ErrorCode: { Length: > 0 } error } ? error : exception.GetType().Name;

            throw new KeyRingException($"The signing keys in the secret {SecretId} cannot be {what}: {code}: {exception.Message}", exception)
            {
                // Without an answer, and after a failure of the service, the request may have been carried out.
                NothingChanged = what is Read
                    || exception is AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError },
            };
        }
    }
}
