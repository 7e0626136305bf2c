using System.Collections.Concurrent;

namespace Api.Foundation.Caching;

/// <summary>
/// A bounded cache of values that can be made again. An entry is used until it expires. Concurrent callers share one load. The cache is
/// cleared when it is full.
/// </summary>
internal sealed class MemoCache<TKey, TValue>(int maximum, TimeProvider time)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, CacheEntry<TValue>> _entries = new();
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue>>> _loads = new();

    // Protects changes. Lookups need no lock.
    private readonly Lock _gate = new();

    /// <summary>The entry of a key; null if there is none, if it has expired, or if the caller cannot use its value.</summary>
    public CacheEntry<TValue>? Find(TKey key, Func<TValue, bool>? isUsable = null) =>
        _entries.TryGetValue(key, out var entry) && time.GetUtcNow() < entry.ExpiresAt && isUsable?.Invoke(entry.Value) is not false
            ? entry
            : null;

    /// <summary>Adds or replaces an entry. An entry that has already expired is ignored.</summary>
    public void Set(TKey key, CacheEntry<TValue> entry)
    {
        if (time.GetUtcNow() >= entry.ExpiresAt)
        {
            return;
        }

        lock (_gate)
        {
            if (_entries.Count >= maximum && !_entries.ContainsKey(key))
            {
                _entries.Clear();
            }

            _entries[key] = entry;
        }
    }

    /// <summary>Removes an entry. A load in progress completes for the callers that wait for it, but its result is not added.</summary>
    public void Remove(TKey key)
    {
        lock (_gate)
        {
            _loads.TryRemove(key, out _);
            _entries.TryRemove(key, out _);
        }
    }

    /// <summary>
    /// Returns the value of a usable entry, or loads it. Cancellation ends the wait of this caller, not the load. If the load fails, every
    /// caller that waits gets the exception, and nothing is added.
    /// </summary>
    public ValueTask<TValue> GetAsync(
        TKey key, Func<TKey, Task<CacheEntry<TValue>>> load, CancellationToken cancellation, Func<TValue, bool>? isUsable = null) =>
        Find(key, isUsable) is { } entry ? new(entry.Value) : new(LoadAsync(key, load, isUsable, cancellation));

    private async Task<TValue> LoadAsync(
        TKey key, Func<TKey, Task<CacheEntry<TValue>>> load, Func<TValue, bool>? isUsable, CancellationToken cancellation)
    {
        Lazy<Task<TValue>>? loading;

        lock (_gate)
        {
            // Another load may have completed since the first look.
            if (Find(key, isUsable) is { } entry)
            {
                return entry.Value;
            }

            if (!_loads.TryGetValue(key, out loading))
            {
                // Not cancelled with this caller, because others wait for it as well.
                _loads[key] = loading = new(() => Task.Run(() => RunAsync(key, load, loading!), CancellationToken.None));
            }
        }

        return await loading.Value.WaitAsync(cancellation);
    }

    private async Task<TValue> RunAsync(TKey key, Func<TKey, Task<CacheEntry<TValue>>> load, Lazy<Task<TValue>> self)
    {
        CacheEntry<TValue>? entry = null;

        try
        {
            entry = await load(key);

            return entry.Value;
        }
        finally
        {
            lock (_gate)
            {
                // False after Remove: the value may be older than the change that it was removed for.
                if (_loads.TryRemove(KeyValuePair.Create(key, self)) && entry is not null)
                {
                    Set(key, entry);
                }
            }
        }
    }
}

/// <summary>A cached value, which is not used from <paramref name="ExpiresAt"/> on.</summary>
internal sealed record CacheEntry<TValue>(TValue Value, DateTimeOffset ExpiresAt);
