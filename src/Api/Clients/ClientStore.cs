using System.Collections.Immutable;
using Api.Storage;

namespace Api.Clients;

/// <summary>The registered clients in the document store, and the identifiers of the assertions that they have used.</summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class ClientStore(IDocumentStore documents)
{
    private const string Type = "client";
    private const string PartitionPrefix = $"{Type}#";

    /// <summary>The client with exactly this ID, as the last change left it; null if there is none.</summary>
    /// <exception cref="DamagedClientException">The client is damaged.</exception>
    public async Task<Client?> FindAsync(string clientId, CancellationToken cancellation) =>
        await documents.GetAsync(KeyOf(clientId), cancellation) is { } document ? Read(document).Require() : null;

    /// <summary>The next clients in the order of their IDs (UTF-8), damaged ones too. A change can take a moment to appear.</summary>
    public async Task<ImmutableArray<StoredClient>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        [
            .. (await documents.ListAsync(Type, PartitionPrefix + after, limit, cancellation))
                .Where(document => document.Key.Partition.StartsWith(PartitionPrefix, StringComparison.Ordinal))
                .Select(Read),
        ];

    /// <summary>Adds a client. Returns false if the ID is taken.</summary>
    public Task<bool> AddAsync(Client client, CancellationToken cancellation) =>
        documents.WriteAsync([new DocumentWrite.Add(DocumentOf(client))], cancellation);

    /// <summary>
    /// Replaces a client, or removes it if <paramref name="after"/> is null. Returns false if it has been changed since
    /// <paramref name="before"/> was read. A client that is gone cannot be replaced, but it can be removed again.
    /// </summary>
    public Task<bool> ChangeAsync(Client before, Client? after, CancellationToken cancellation) => documents.WriteAsync(
        [
            after is null
                ? new DocumentWrite.Delete(KeyOf(before.ClientId), before.Version)
                : new DocumentWrite.Replace(DocumentOf(after), before.Version),
        ],
        cancellation);

    /// <summary>Removes a damaged client. Returns false if there is none, or if it is not damaged.</summary>
    public async Task<bool> RemoveDamagedAsync(string clientId, CancellationToken cancellation) =>
        await documents.GetAsync(KeyOf(clientId), cancellation) is { } document
        && Read(document).Client is null
        && await documents.WriteAsync([new DocumentWrite.Delete(document.Key, document.Version)], cancellation);

    /// <summary>Records the day on which a secret was used, unless the same or a later day is recorded.</summary>
    public async Task RecordUseAsync(string clientId, string secretId, DateOnly day, CancellationToken cancellation)
    {
        if (await FindAsync(clientId, cancellation) is { } client
            && client.Secrets.FirstOrDefault(secret => secret.Id == secretId) is { } secret
            && !(secret.LastUsed >= day))
        {
            var recorded = client with { Secrets = client.Secrets.Replace(secret, secret with { LastUsed = day }) };
            // Under the same version: the use of a secret is no change that an administrator's If-Match must notice.
            await ChangeAsync(client, recorded, cancellation);
        }
    }

    /// <summary>Stores the identifier of an assertion until it expires. Returns false if it is stored already (RFC 7523 §3, <c>jti</c>).</summary>
    public Task<bool> TryConsumeJtiAsync(string identifier, DateTimeOffset expiresAt, CancellationToken cancellation) =>
        documents.WriteAsync(
            [new DocumentWrite.Add(new(new($"jti#{identifier}", "jti"), "{}") { ExpiresAt = expiresAt })], cancellation);

    private static DocumentKey KeyOf(string clientId) => new(PartitionPrefix + clientId, Type);

    private static Document DocumentOf(Client client) =>
        new(KeyOf(client.ClientId), ClientDocument.Write(client)) { Version = client.Version, List = Type };

    private static StoredClient Read(Document document)
    {
        var clientId = document.Key.Partition[PartitionPrefix.Length..];

        // Nothing could replace it: each change has the version as its condition.
        if (document.Version is "")
        {
            return new(clientId, null, "it has no version");
        }

        try
        {
            return new(clientId, ClientDocument.Parse(clientId, document.Json, document.Version));
        }
        catch (FormatException exception)
        {
            return new(clientId, null, exception.Message);
        }
    }
}
