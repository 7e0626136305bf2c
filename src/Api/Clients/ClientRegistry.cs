namespace Api.Clients;

/// <summary>Authenticates registered clients by their secret (RFC 6749 §2.3.1).</summary>
internal sealed class ClientRegistry(IClientStore store)
{
    private static readonly Client Nobody = new() { ClientId = "", ClientName = "", Scopes = [], CreatedAt = default };

    /// <summary>The client whose live secret this is, enabled or not; null for an unknown client as for a wrong secret.</summary>
    public async Task<Client?> AuthenticateAsync(string clientId, string secret, CancellationToken cancellation)
    {
        var client = clientId.Length <= Client.MaximumIdLength ? await store.FindAsync(clientId, cancellation) : null;

        // The same work for an unknown client, so that the time it takes tells nobody which clients exist.
        return (client ?? Nobody).HasSecret(ClientSecret.Hash(secret)) ? client : null;
    }
}
