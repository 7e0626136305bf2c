using Api.Configuration;
using Api.Keys;

namespace Api.Discovery;

/// <summary>The metadata, made once, and the key set, made again only when other keys are published.</summary>
internal sealed class DiscoveryDocuments(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly KeySetCache<CachedJsonResult> _keySet = new(
        keys, time, published => CachedJsonResult.ForCaches(JwkSet.From(published), DiscoveryJson.Default.JwkSet));

    public CachedJsonResult Metadata { get; } =
        CachedJsonResult.ForCaches(AuthorizationServerMetadata.From(options), DiscoveryJson.Default.AuthorizationServerMetadata);

    public CachedJsonResult Health { get; } = CachedJsonResult.ForNow(new("ok"), DiscoveryJson.Default.HealthResponse);

    public ValueTask<CachedJsonResult> GetKeySetAsync(CancellationToken cancellation) => _keySet.GetAsync(cancellation);
}
