using Api.Foundation.Caching;

namespace Api.Clients;

/// <summary>
/// The clients that have been asked for within the last minute, and the ids that turned out to belong to none: so long a change of
/// another instance may go unnoticed, and so long the store may be down.
/// </summary>
internal sealed class ClientCache(ClientStore store, TimeProvider time)
{
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(60);

    // Ids that nobody has are kept apart: whoever makes them up must not push out clients.
    private readonly BoundedDictionary<string, Entry> _found = new(10_000);
    private readonly BoundedDictionary<string, Entry> _missing = new(1_000);
    private readonly SharedWork<string, Client?> _loading = new();
    private long _changes;

    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        foreach (var entries in (ReadOnlySpan<BoundedDictionary<string, Entry>>)[_found, _missing])
        {
            if (entries.TryGetValue(clientId, out var entry) && now < entry.UseUntil)
            {
                return entry.Client;
            }
        }

        return await _loading.RunAsync(clientId, LoadAsync, cancellation);
    }

    /// <summary>To be called after each change of a client that this instance has made: from now on the store is asked again.</summary>
    public void Forget(string clientId)
    {
        // What is being loaded at this moment may be from before the change.
        Interlocked.Increment(ref _changes);
        _loading.Forget(clientId);
        _found.Remove(clientId);
        _missing.Remove(clientId);
    }

    private async Task<Client?> LoadAsync(string clientId)
    {
        var changes = Interlocked.Read(ref _changes);
        var asked = time.GetUtcNow();
        var client = await store.FindAsync(clientId, CancellationToken.None);

        var entries = client is null ? _missing : _found;
        entries[clientId] = new(client, asked + Age);

        if (changes != Interlocked.Read(ref _changes))
        {
            entries.Remove(clientId);
        }

        return client;
    }

    private sealed record Entry(Client? Client, DateTimeOffset UseUntil);
}
