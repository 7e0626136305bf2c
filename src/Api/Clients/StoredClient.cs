namespace Api.Clients;

/// <summary>A stored client, or the ID of a damaged one and its fault.</summary>
internal sealed record StoredClient(string ClientId, Client? Client, string? Fault = null)
{
    /// <exception cref="DamagedClientException">It is damaged.</exception>
    public Client Require() => Client ?? throw new DamagedClientException(this);
}
