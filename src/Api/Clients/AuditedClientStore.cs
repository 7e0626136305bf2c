using Api.Audit;

namespace Api.Clients;

/// <summary>Writes changes of clients: each is in the audit log, before it is made and with its outcome.</summary>
internal sealed class AuditedClientStore(ClientStore store, ClientCache cache, AuditLog audit)
{
    /// <summary>See <see cref="ClientStore.AddAsync"/>.</summary>
    public Task<bool> AddAsync(string what, Actor by, Client client) =>
        WriteAsync(what, by, client.ClientId, null, client, () => store.AddAsync(client, CancellationToken.None));

    /// <summary>See <see cref="ClientStore.ChangeAsync"/>.</summary>
    public Task<bool> ChangeAsync(string what, Actor by, Client before, Client? after) =>
        WriteAsync(what, by, before.ClientId, before, after, () => store.ChangeAsync(before, after, CancellationToken.None));

    /// <summary>See <see cref="ClientStore.RemoveDamagedAsync"/>.</summary>
    public Task<bool> RemoveDamagedAsync(string what, Actor by, string clientId) =>
        WriteAsync(what, by, clientId, null, null, () => store.RemoveDamagedAsync(clientId, CancellationToken.None));

    // The writes are not cancelled with the request: one in progress may still succeed, and the log must have its outcome.
    private async Task<bool> WriteAsync(string what, Actor by, string clientId, Client? before, Client? after, Func<Task<bool>> write)
    {
        var (old, next) = (ClientMetadata.Describe(before), ClientMetadata.Describe(after));
        audit.ClientChangeIntended(by, what, clientId, old, next);
        var outcome = AuditLog.OutcomeUnknown;

        try
        {
            var isMade = await write();
            outcome = isMade ? "" : AuditLog.NotMade;

            return isMade;
        }
        finally
        {
            // Also if the outcome is unknown.
            cache.Forget(clientId);
            audit.ClientChanged(by, what + outcome, clientId, old, next);
        }
    }
}
