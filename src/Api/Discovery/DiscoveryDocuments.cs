using Api.Configuration;
using Api.Keys;
using Api.Routes;

namespace Api.Discovery;

/// <summary>The metadata, made once, and the key set, made again only when other keys are published.</summary>
internal sealed class DiscoveryDocuments(AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time)
{
    private readonly KeySetCache<CachedJsonResult> _keySet = new(
        keys, time, published => CachedJsonResult.ForCaches(JwkSet.From(published), ApiJson.Default.JwkSet));

    public CachedJsonResult Metadata { get; } =
        CachedJsonResult.ForCaches(AuthorizationServerMetadata.From(options), ApiJson.Default.AuthorizationServerMetadata);

    public CachedJsonResult Health { get; } = CachedJsonResult.ForNow(new("ok"), ApiJson.Default.HealthResponse);

    public ValueTask<CachedJsonResult> GetKeySetAsync(CancellationToken cancellation) => _keySet.GetAsync(cancellation);
}
