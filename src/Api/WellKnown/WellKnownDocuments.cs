using Api.Keys;

namespace Api.WellKnown;

/// <summary>The metadata, made once, and the key set, made again only when other keys are published.</summary>
internal sealed class WellKnownDocuments(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly PublishedView<ReadyDocument> _keySet = new(
        keys, time, published => ReadyDocument.From(PublicKeySet.From(published), ApiJson.Default.PublicKeySet));

    public ReadyDocument Metadata { get; } =
        ReadyDocument.From(AuthorizationServerMetadata.From(options), ApiJson.Default.AuthorizationServerMetadata);

    public ValueTask<ReadyDocument> GetKeySetAsync(CancellationToken cancellation) => _keySet.GetAsync(cancellation);
}
