using Amazon.SecretsManager;
using Amazon.SecretsManager.Model;

namespace Api.Clients;

/// <summary>
/// The client that a deployment on AWS begins with: <c>admin</c>, with scope ADMIN, and the secret that Secrets Manager made for it.
/// Only the secret's hash is kept in memory, for a minute.
/// </summary>
internal sealed class FirstClient(AmazonSecretsManagerClient secrets, AuthorizationServerOptions options, TimeProvider time)
    : IClientStore, IDisposable
{
    public const string ClientId = "admin";

    private static readonly TimeSpan CacheAge = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _loading = new(1);
    private Loaded? _loaded;

    public async Task<Client?> FindAsync(string clientId, CancellationToken cancellation)
    {
        if (clientId != ClientId)
        {
            return null;
        }

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
        var client = new Client
        {
            ClientId = ClientId,
            ClientName = "First client",
            Scopes = ["ADMIN"],
            Secrets = [new("first", ClientSecret.Hash(await ReadSecretAsync(cancellation)), now)],
            CreatedAt = now,
        };
        Volatile.Write(ref _loaded, new(client, now + CacheAge));

        return client;
    }

    private async Task<string> ReadSecretAsync(CancellationToken cancellation)
    {
        try
        {
            var response = await secrets.GetSecretValueAsync(
                new GetSecretValueRequest { SecretId = options.FirstClientSecretId }, cancellation);

            // An empty secret would let everybody in who sends none.
            return response.SecretString is { Length: >= 32 } secret ? secret : throw new FormatException("it has fewer than 32 characters");
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            throw new ClientStoreException(
                $"The secret {options.FirstClientSecretId} of the client {ClientId} cannot be read: {exception.Message}", exception);
        }
    }

    private sealed record Loaded(Client Client, DateTimeOffset UseUntil);
}
