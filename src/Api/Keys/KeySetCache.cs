using System.Collections.Immutable;

namespace Api.Keys;

/// <summary>Something that is made from the published keys, and made again only when other keys are published.</summary>
internal sealed class KeySetCache<T>(KeyRingCache keys, TimeProvider time, Func<ImmutableArray<SigningKey>, T> make)
{
    private Made? _made;

    /// <exception cref="KeyRingException">There is no ring.</exception>
    public async ValueTask<T> GetAsync(CancellationToken cancellation)
    {
        var ring = await keys.GetAsync(cancellation);
        var published = ring.PublishedAt(time.GetUtcNow());

        // The same array holds the same keys. Two requests that both find it changed make the same.
        if (Volatile.Read(ref _made) is not { } made || made.Keys != published)
        {
            made = new(published, make(published));
            Volatile.Write(ref _made, made);
        }

        return made.Value;
    }

    private sealed record Made(ImmutableArray<SigningKey> Keys, T Value);
}
