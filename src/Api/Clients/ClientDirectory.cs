namespace Api.Clients;

/// <summary>Finds registered clients, the bootstrap client included.</summary>
internal sealed class ClientDirectory(ClientCache clients, BootstrapClient first)
{
    /// <summary>The client with exactly this id, enabled or not.</summary>
    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken cancellation) =>
        clientId.Length is 0 or > Client.MaximumIdLength ? null
        : first.Exists && clientId == BootstrapClient.ClientId ? await first.GetAsync(cancellation)
        : await clients.FindAsync(clientId, cancellation);
}
