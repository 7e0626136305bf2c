namespace Api.Clients;

/// <summary>Finds registered clients, the bootstrap client and the one of Swagger UI included.</summary>
internal sealed class ClientDirectory(ClientCache clients, BootstrapClient first, SwaggerClient swagger)
{
    /// <summary>The client with exactly this id, enabled or not.</summary>
    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken cancellation) =>
        clientId.Length is 0 or > Client.MaximumIdLength ? null
        : first.Exists && clientId == BootstrapClient.ClientId ? await first.GetAsync(cancellation)
        : clientId == SwaggerClient.ClientId && swagger.Client is { } ui ? ui
        : await clients.FindAsync(clientId, cancellation);
}
