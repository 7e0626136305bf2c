using Api.Storage;

namespace Api.Clients;

/// <summary>One client cannot be used. The others are not affected.</summary>
internal sealed class DamagedClientException(StoredClient client)
    : StorageException($"The client {client.ClientId} is damaged: {client.Fault}. Restore it from a backup, or remove it.")
{
    public StoredClient Client => client;
}
