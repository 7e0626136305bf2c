using System.Collections.Immutable;

namespace Api.Keys;

/// <summary>Caches a value that is derived from the published keys, until other keys are published.</summary>
internal sealed class KeySetCache<T>(KeyRingCache keys, TimeProvider time, Func<ImmutableArray<SigningKey>, T> make)
{
    private Made? _made;

    /// <exception cref="KeyRingException">No ring is loaded, and loading it failed.</exception>
    public async ValueTask<T> GetAsync(CancellationToken cancellation)
    {
        var ring = await keys.GetAsync(cancellation);
        var published = ring.PublishedAt(time.GetUtcNow());

        // The same array instance means the same keys. Two concurrent requests may both derive the value, with the same result.
        if (Volatile.Read(ref _made) is not { } made || made.Keys != published)
        {
            made = new(published, make(published));
            Volatile.Write(ref _made, made);
        }

        return made.Value;
    }

    private sealed record Made(ImmutableArray<SigningKey> Keys, T Value);
}
