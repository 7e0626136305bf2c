using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Api.Foundation.Caching;

/// <summary>
/// What can be had again at a price, and is kept to save it: for so many keys, and all of it is forgotten when there would be more. That
/// is rare, and whoever makes keys up gains nothing but that the price is paid again.
/// </summary>
internal sealed class BoundedDictionary<TKey, TValue>(int maximum)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> _values = new();
    private int _count;

    public TValue this[TKey key]
    {
        set
        {
            // Counting them would lock out all others.
            if (!_values.ContainsKey(key) && Interlocked.Increment(ref _count) > maximum)
            {
                _values.Clear();
                Volatile.Write(ref _count, 1);
            }

            _values[key] = value;
        }
    }

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => _values.TryGetValue(key, out value);

    public void Remove(TKey key)
    {
        if (_values.TryRemove(key, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
