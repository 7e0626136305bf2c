using Api.Keys;

namespace Api.WellKnown;

/// <summary>The metadata, made once, and the key set, made again only when other keys are published.</summary>
internal sealed class WellKnownDocuments(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly PublishedView<ReadyDocument> _keySet = new(
        keys, time, published => ReadyDocument.ForCaches(PublicKeySet.From(published), ApiJson.Default.PublicKeySet));

    public ReadyDocument Metadata { get; } =
        ReadyDocument.ForCaches(AuthorizationServerMetadata.From(options), ApiJson.Default.AuthorizationServerMetadata);

    public ReadyDocument Health { get; } = ReadyDocument.ForNow(new("ok"), ApiJson.Default.HealthResponse);

    public ValueTask<ReadyDocument> GetKeySetAsync(CancellationToken cancellation) => _keySet.GetAsync(cancellation);
}
