using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Api.Configuration;
using Api.OAuth;
using Api.Storage;

namespace Api.Clients;

/// <summary>
/// The first client of an AWS deployment: <c>admin</c>, with scope ADMIN and a secret that Secrets Manager generated. It is
/// defined by the settings and is not in the client store. Only the hash of its secret is cached in memory, for 60 seconds.
/// </summary>
internal sealed class BootstrapClient(Lazy<AmazonSecretsManagerClient> secrets, AuthorizationServerOptions options, TimeProvider time) : IDisposable
{
    public const string ClientId = "admin";

    private readonly SemaphoreSlim _loading = new(1);
    private Loaded? _loaded;

    /// <summary>Whether the bootstrap client is configured. If so, its ID is reserved.</summary>
    public bool Exists => options.FirstClientSecretId is not "";

    /// <exception cref="StorageException">The secret cannot be read.</exception>
    public async ValueTask<Client> GetAsync(CancellationToken cancellation)
    {
        if (Current is { } current)
        {
            return current;
        }

        await _loading.WaitAsync(cancellation);

        try
        {
            // Another request may have loaded the client while this one waited.
            return Current ?? await LoadAsync(cancellation);
        }
        finally
        {
            _loading.Release();
        }
    }

    public void Dispose() => _loading.Dispose();

    private Client? Current => Volatile.Read(ref _loaded) is { } loaded && time.GetUtcNow() < loaded.UseUntil ? loaded.Client : null;

    private async Task<Client> LoadAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var (secret, createdAt) = await ReadSecretAsync(cancellation);
        var client = new Client
        {
            ClientId = ClientId,
            ClientName = "First client",
            Scopes = [Scope.Admin],
            Secrets = [new("first", ClientSecret.Hash(secret), createdAt)],
            CreatedAt = createdAt,
            UpdatedAt = createdAt,
            // The bootstrap client cannot be changed, so it needs no version.
            Version = "",
        };
        Volatile.Write(ref _loaded, new(client, now + ClientCache.Age));

        return client;
    }

    private async Task<(string Secret, DateTimeOffset CreatedAt)> ReadSecretAsync(CancellationToken cancellation)
    {
        try
        {
            var response = await secrets.Value.GetSecretValueAsync(
                new GetSecretValueRequest { SecretId = options.FirstClientSecretId }, cancellation);

            // With an empty secret, a request with an empty client_secret would be authenticated.
            return response.SecretString is { Length: >= 32 } secret
                ? (secret, response.CreatedDate?.ToUniversalTime() ?? DateTimeOffset.UnixEpoch)
                : throw new FormatException("it has fewer than 32 characters");
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            throw new StorageException(
                $"The secret {options.FirstClientSecretId} of the client {ClientId} cannot be read: {exception.Message}", exception);
        }
    }

    private sealed record Loaded(Client Client, DateTimeOffset UseUntil);
}
