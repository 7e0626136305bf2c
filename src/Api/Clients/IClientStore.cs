using System.Collections.Immutable;
using Api.Storage;

namespace Api.Clients;

/// <summary>Where the registered clients are kept. Every method throws where they cannot be had.</summary>
/// <exception cref="StorageException">The clients cannot be had now, or this one breaks a rule.</exception>
internal interface IClientStore
{
    /// <summary>The client with exactly this id, as the last change has left it; null where there is none.</summary>
    /// <exception cref="DamagedClientException">It is damaged.</exception>
    Task<Client?> FindAsync(string clientId, CancellationToken cancellation);

    /// <summary>The next clients, damaged ones too, in the order of their ids (by code unit); after an id where one is given.</summary>
    Task<ImmutableArray<StoredClient>> ListAsync(string? after, int limit, CancellationToken cancellation);

    /// <summary>Adds a client; false where its id is taken, and then nothing changes.</summary>
    Task<bool> AddAsync(Client client, CancellationToken cancellation);

    /// <summary>
    /// Puts one state of a client in the place of another, or of nothing: then the client is removed. What others have done to it
    /// since <paramref name="before"/> was read is never overwritten; to remove what is gone already is no conflict. Where asked to,
    /// refuses a change after which no client could administer.
    /// </summary>
    Task<ClientChange> ChangeAsync(Client before, Client? after, bool keepAdministrator, CancellationToken cancellation);

    /// <summary>Removes a damaged client; false where there is none, or where it is not damaged.</summary>
    Task<bool> RemoveDamagedAsync(string clientId, CancellationToken cancellation);

    /// <summary>Notes the day on which a secret was used, unless that or a later one has been noted already.</summary>
    Task NoteUseAsync(string clientId, string secretId, DateOnly day, CancellationToken cancellation);

    /// <summary>Keeps an identifier until it expires; false where it is kept already (RFC 7523 §3, <c>jti</c>).</summary>
    Task<bool> TryConsumeJtiAsync(string identifier, DateTimeOffset expiresAt, CancellationToken cancellation);
}

/// <summary>What came of a change.</summary>
internal enum ClientChange
{
    Done,

    /// <summary>Somebody else has changed the client meanwhile, or it is gone and was not to be removed.</summary>
    Conflict,

    /// <summary>It was the last client that can administer, and stays it.</summary>
    LastAdministrator,
}
