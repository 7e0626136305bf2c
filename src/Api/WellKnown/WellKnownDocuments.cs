using System.Collections.Immutable;
using Api.Keys;

namespace Api.WellKnown;

/// <summary>The metadata, made once, and the key set, made again only when other keys are published.</summary>
internal sealed class WellKnownDocuments(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private KeySetOf? _keySet;

    public ReadyDocument Metadata { get; } =
        ReadyDocument.From(AuthorizationServerMetadata.From(options), ApiJson.Default.AuthorizationServerMetadata);

    public async ValueTask<ReadyDocument> GetKeySetAsync(CancellationToken cancellation)
    {
        var ring = await keys.GetAsync(cancellation);
        var published = ring.PublishedAt(time.GetUtcNow());

        // The same array holds the same keys. Two requests that both find it changed make the same bytes.
        if (Volatile.Read(ref _keySet) is not { } keySet || keySet.Keys != published)
        {
            keySet = new(published, ReadyDocument.From(PublicKeySet.From(published), ApiJson.Default.PublicKeySet));
            Volatile.Write(ref _keySet, keySet);
        }

        return keySet.Document;
    }

    private sealed record KeySetOf(ImmutableArray<SigningKey> Keys, ReadyDocument Document);
}
