namespace Api.Clients;

/// <summary>The registered clients cannot be had: the message names where they are kept, what is wrong and the remedy.</summary>
internal class ClientStoreException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>One client cannot be used. The others are not affected.</summary>
internal sealed class DamagedClientException(StoredClient client, string where)
    : ClientStoreException($"The client {client.ClientId} in {where} cannot be used: {client.Fault}. Restore it from a backup, or remove it.")
{
    public StoredClient Client => client;
}
