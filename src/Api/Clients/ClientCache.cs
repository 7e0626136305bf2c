using System.Collections.Concurrent;

namespace Api.Clients;

/// <summary>
/// The clients that have been asked for within the last minute, and the ids that turned out to belong to none: so long a change of
/// another instance may go unnoticed, and so long the store may be down.
/// </summary>
internal sealed class ClientCache(IClientStore store, TimeProvider time)
{
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(60);

    // Ids that nobody has are kept apart: whoever makes them up must not push out clients.
    private readonly Entries _found = new(10_000);
    private readonly Entries _missing = new(1_000);
    private readonly ConcurrentDictionary<string, Lazy<Task<Client?>>> _loading = new(StringComparer.Ordinal);
    private long _changes;

    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        if (_found.TryGet(clientId, now, out var client) || _missing.TryGet(clientId, now, out client))
        {
            return client;
        }

        // Once for all who wait; nobody's own impatience ends it for the others.
        var loading = _loading.GetOrAdd(clientId, id => new(() => LoadAsync(id)));

        return await loading.Value.WaitAsync(cancellation);
    }

    /// <summary>To be called after each change of a client that this instance has made: from now on the store is asked again.</summary>
    public void Forget(string clientId)
    {
        // What is being loaded at this moment may be from before the change.
        Interlocked.Increment(ref _changes);
        _loading.TryRemove(clientId, out _);
        _found.Remove(clientId);
        _missing.Remove(clientId);
    }

    private async Task<Client?> LoadAsync(string clientId)
    {
        // Off the thread that adds this to the dictionary.
        await Task.Yield();
        var changes = Interlocked.Read(ref _changes);

        try
        {
            var asked = time.GetUtcNow();
            var client = await store.FindAsync(clientId, CancellationToken.None);

            var entries = client is null ? _missing : _found;
            entries.Keep(clientId, client, asked + Age);

            if (changes != Interlocked.Read(ref _changes))
            {
                entries.Remove(clientId);
            }

            return client;
        }
        finally
        {
            _loading.TryRemove(clientId, out _);
        }
    }

    private sealed class Entries(int maximum)
    {
        private readonly ConcurrentDictionary<string, (Client? Client, DateTimeOffset UseUntil)> _byId = new(StringComparer.Ordinal);

        public bool TryGet(string clientId, DateTimeOffset now, out Client? client)
        {
            var found = _byId.TryGetValue(clientId, out var entry) && now < entry.UseUntil;
            client = found ? entry.Client : null;

            return found;
        }

        public void Keep(string clientId, Client? client, DateTimeOffset useUntil)
        {
            // Rare, and all that it costs is that the store is asked again.
            if (_byId.Count >= maximum)
            {
                _byId.Clear();
            }

            _byId[clientId] = (client, useUntil);
        }

        public void Remove(string clientId) => _byId.TryRemove(clientId, out _);
    }
}
