using System.Collections.Immutable;
using Api.Keys;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Api.Protected;

/// <summary>Gives the bearer handler the published keys from memory, where it would fetch them over HTTP from another issuer.</summary>
internal sealed class PublishedKeys(KeyRingCache keys, TimeProvider time) : IConfigurationManager<OpenIdConnectConfiguration>
{
    private ConfigurationOf? _current;

    public async Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        var ring = await keys.GetAsync(cancel);
        var published = ring.PublishedAt(time.GetUtcNow());

        // The same array holds the same keys.
        if (Volatile.Read(ref _current) is not { } current || current.Keys != published)
        {
            current = new(published, new());

            foreach (var key in published)
            {
                current.Configuration.SigningKeys.Add(key.PublicKey);
            }

            Volatile.Write(ref _current, current);
        }

        return current.Configuration;
    }

    // The ring of this process is the newest there is.
    public void RequestRefresh()
    {
    }

    private sealed record ConfigurationOf(ImmutableArray<SigningKey> Keys, OpenIdConnectConfiguration Configuration);
}
