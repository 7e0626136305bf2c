using Api.Foundation.Caching;
using Api.Foundation.Net;

namespace Api.Clients;

/// <summary>
/// The keys of each client: the registered ones, or those at its <c>jwks_uri</c> (RFC 7591 §2), which are fetched on demand and cached for
/// five minutes. A key set that cannot be fetched is an error of the client, not of this server.
/// </summary>
internal sealed class ClientKeySets(PublicHttpFetch http, TimeProvider time)
{
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(5);

    /// <summary>How long a failure is cached.</summary>
    public static readonly TimeSpan FailureAge = TimeSpan.FromSeconds(10);

    /// <summary>How often an unknown kid causes a fetch. It may be the kid of a new key, or made up.</summary>
    public static readonly TimeSpan UnknownKidInterval = TimeSpan.FromSeconds(30);

    private const string MediaTypes = "application/jwk-set+json, application/json";

    private readonly MemoCache<Uri, Fetched> _fetched = new(1_000, time);

    /// <summary>The client's keys, fetched again if the key with this kid is not among the cached ones.</summary>
    public async ValueTask<ClientKeySet> FindAsync(Client client, string? kid, CancellationToken cancellation) =>
        client.JwksUri is { } uri
            ? (await _fetched.GetAsync(uri, FetchAsync, cancellation, fetched => IsUsable(fetched, kid))).Set
            : new(client.Keys);

    private bool IsUsable(Fetched fetched, string? kid) =>
        kid is null
        || fetched.Set.Fault is not null
        || fetched.Set.Has(kid)
        || time.GetUtcNow() < fetched.RequestedAt + UnknownKidInterval;

    private async Task<CacheEntry<Fetched>> FetchAsync(Uri uri)
    {
        var now = time.GetUtcNow();
        var cached = _fetched.Find(uri);
        var document = await http.GetAsync(uri, MediaTypes, CancellationToken.None);
        var set = document.Fault is { } fault ? ClientKeySet.Refused(fault) : ClientKeySet.Parse(document.Body.Span);

        // A failed fetch does not remove keys that have not expired, and does not make them last longer.
        return set.Fault is not null && cached is { Value.Set.Fault: null }
            ? cached with { Value = cached.Value with { RequestedAt = now } }
            : new(new(set, now), now + (set.Fault is null ? Age : FailureAge));
    }

    private sealed record Fetched(ClientKeySet Set, DateTimeOffset RequestedAt);
}
