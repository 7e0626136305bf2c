using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;
using Api.Configuration;
using Api.OAuth;
using Api.Storage;

namespace Api.Clients;

/// <summary>
/// The client that a deployment on AWS begins with: <c>admin</c>, with scope ADMIN, and the secret that Secrets Manager made for it.
/// It is what the deployment says it is, and is not kept with the others. Only the secret's hash is kept in memory, for a minute.
/// </summary>
internal sealed class BootstrapClient(Lazy<AmazonSecretsManagerClient> secrets, AuthorizationServerOptions options, TimeProvider time) : IDisposable
{
    public const string ClientId = "admin";

    private readonly SemaphoreSlim _loading = new(1);
    private Loaded? _loaded;

    /// <summary>Whether there is one: its id then is nobody else's.</summary>
    public bool Exists => options.FirstClientSecretId is not "";

    /// <exception cref="StorageException">Its secret cannot be read.</exception>
    public async ValueTask<Client> GetAsync(CancellationToken cancellation)
    {
        if (Current is { } current)
        {
            return current;
        }

        await _loading.WaitAsync(cancellation);

        try
        {
            // Whoever waited finds what the one before has loaded.
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
            // Nobody changes it here.
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

            // An empty secret would let everybody in who sends none.
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
