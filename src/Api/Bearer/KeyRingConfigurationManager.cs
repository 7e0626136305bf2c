using Api.Keys;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Api.Bearer;

/// <summary>Gives the bearer handler the published keys from memory. By default, the handler would fetch them over HTTP.</summary>
internal sealed class KeyRingConfigurationManager(KeyRingCache keys, TimeProvider time) : IConfigurationManager<OpenIdConnectConfiguration>
{
    private readonly KeySetCache<OpenIdConnectConfiguration> _configuration = new(keys, time, published =>
    {
        var configuration = new OpenIdConnectConfiguration();

        foreach (var key in published)
        {
            configuration.SigningKeys.Add(key.PublicKey);
        }

        return configuration;
    });

    public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel) => _configuration.GetAsync(cancel).AsTask();

    /// <summary>Loads the key ring before its time. Returns the published keys; null if the ring has not changed.</summary>
    public async Task<IEnumerable<SecurityKey>?> ReloadEarlyAsync() =>
        await keys.ReloadEarlyAsync(CancellationToken.None)
            ? (await GetConfigurationAsync(CancellationToken.None)).SigningKeys
            : null;

    // The bearer handler calls this after a failed check. AccessTokenHandler has reloaded the ring by then.
    public void RequestRefresh()
    {
    }
}
