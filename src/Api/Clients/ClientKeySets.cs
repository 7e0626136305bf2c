using Api.Foundation.Caching;
using Api.Foundation.Net;

namespace Api.Clients;

/// <summary>
/// The keys of each client: those that were registered, or those at its <c>jwks_uri</c> (RFC 7591 §2), which are fetched when they
/// are needed and kept for five minutes. What cannot be had is a fault of the client's, and never one of this server.
/// </summary>
internal sealed class ClientKeySets(PublicHttpFetch http, TimeProvider time)
{
    public static readonly TimeSpan Age = TimeSpan.FromMinutes(5);

    /// <summary>So long nobody is asked again who could not answer.</summary>
    public static readonly TimeSpan FailureAge = TimeSpan.FromSeconds(10);

    /// <summary>An assertion with an unknown kid may be the first of a new key; anybody can make one up.</summary>
    public static readonly TimeSpan UnknownKidInterval = TimeSpan.FromSeconds(30);

    private const string MediaTypes = "application/jwk-set+json, application/json";

    private readonly BoundedDictionary<Uri, Entry> _kept = new(1_000);
    private readonly SharedWork<Uri, ClientKeySet> _fetching = new();

    /// <summary>The client's keys, in which one with this kid is looked for.</summary>
    public async ValueTask<ClientKeySet> FindAsync(Client client, string? kid, CancellationToken cancellation)
    {
        if (client.JwksUri is not { } uri)
        {
            return new(client.Keys);
        }

        return FindKept(uri, kid) ?? await _fetching.RunAsync(
            uri,
            // Somebody else may have been done a moment ago.
            async uri => FindKept(uri, kid) ?? Keep(uri, time.GetUtcNow(), await FetchAsync(uri)),
            cancellation);
    }

    private ClientKeySet? FindKept(Uri uri, string? kid)
    {
        var now = time.GetUtcNow();

        return _kept.TryGetValue(uri, out var entry)
            && now < entry.UseUntil
            && (kid is null || entry.Set.Fault is not null || entry.Set.Has(kid) || now < entry.AskedAt + UnknownKidInterval)
                ? entry.Set
                : null;
    }

    private ClientKeySet Keep(Uri uri, DateTimeOffset asked, ClientKeySet set)
    {
        // Good keys are not lost because a look for newer ones fails; but no failure makes them last longer.
        var entry = set.Fault is not null && _kept.TryGetValue(uri, out var old) && old.Set.Fault is null && asked < old.UseUntil
            ? old with { AskedAt = asked }
            : new(set, asked, asked + (set.Fault is null ? Age : FailureAge));
        _kept[uri] = entry;

        return entry.Set;
    }

    private async Task<ClientKeySet> FetchAsync(Uri uri)
    {
        var document = await http.GetAsync(uri, MediaTypes, CancellationToken.None);

        return document.Fault is { } fault ? ClientKeySet.Refused(fault) : ClientKeySet.Parse(document.Body.Span);
    }

    private sealed record Entry(ClientKeySet Set, DateTimeOffset AskedAt, DateTimeOffset UseUntil);
}
