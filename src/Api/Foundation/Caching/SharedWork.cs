using System.Collections.Concurrent;

namespace Api.Foundation.Caching;

/// <summary>Work that is done once for all who wait for it at the same time; nobody's own impatience ends it for the others.</summary>
internal sealed class SharedWork<TKey, TResult>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TResult>>> _underWay = new();

    public Task<TResult> RunAsync(TKey key, Func<TKey, Task<TResult>> work, CancellationToken cancellation) =>
        _underWay.GetOrAdd(key, key => new(() => RunAsync(key, work))).Value.WaitAsync(cancellation);

    /// <summary>Whoever comes from now on does not get the result of what is under way.</summary>
    public void Forget(TKey key) => _underWay.TryRemove(key, out _);

    private async Task<TResult> RunAsync(TKey key, Func<TKey, Task<TResult>> work)
    {
        // Off the thread that adds this to the dictionary.
        await Task.Yield();

        try
        {
            return await work(key);
        }
        finally
        {
            _underWay.TryRemove(key, out _);
        }
    }
}
