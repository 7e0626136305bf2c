namespace Api.Clients;

/// <summary>Where the registered clients are kept.</summary>
internal interface IClientStore
{
    /// <summary>The client with exactly this id; null where there is none.</summary>
    /// <exception cref="ClientStoreException">The clients cannot be had now, or this one breaks a rule.</exception>
    Task<Client?> FindAsync(string clientId, CancellationToken cancellation);
}
