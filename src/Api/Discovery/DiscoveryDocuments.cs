using Api.Configuration;
using Api.Keys;
using Api.Tokens.Grants;

namespace Api.Discovery;

/// <summary>The metadata, serialized once, and the key set, serialized again only when the published keys change.</summary>
internal sealed class DiscoveryDocuments(
    AuthorizationServerOptions options, KeyRingCache keys, TimeProvider time, IEnumerable<GrantType> grantTypes)
{
    private readonly KeySetCache<CachedJsonResult> _keySet = new(
        keys, time, published => CachedJsonResult.ForCaches(JwkSet.From(published), DiscoveryJson.Default.JwkSet));

    public CachedJsonResult Metadata { get; } =
        CachedJsonResult.ForCaches(AuthorizationServerMetadata.From(options, grantTypes), DiscoveryJson.Default.AuthorizationServerMetadata);

    public CachedJsonResult Health { get; } = CachedJsonResult.ForNow(new("ok"), DiscoveryJson.Default.HealthResponse);

    public ValueTask<CachedJsonResult> GetKeySetAsync(CancellationToken cancellation) => _keySet.GetAsync(cancellation);
}
