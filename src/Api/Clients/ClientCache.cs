using Api.Configuration;
using Api.Foundation.Caching;
using Api.OAuth;

namespace Api.Clients;

/// <summary>
/// The clients that were requested in the last 60 seconds, and the requested ids that no client has. A change on another instance is
/// noticed after at most 60 seconds. During an outage of the client store, cached clients keep getting tokens for the same time.
/// </summary>
internal sealed partial class ClientCache(
    ClientStore store, AuthorizationServerOptions options, TimeProvider time, ILogger<ClientCache> logger)
{
    public static readonly TimeSpan Age = TimeSpan.FromSeconds(60);

    // Two caches, so that requests with made-up ids do not push out clients.
    private readonly MemoCache<string, Client?> _clients = new(10_000, time);
    private readonly MemoCache<string, Client?> _unknownIds = new(1_000, time);

    public ValueTask<Client?> FindAsync(string clientId, CancellationToken cancellation) =>
        _clients.Find(clientId) is { } entry ? new(entry.Value) : _unknownIds.GetAsync(clientId, FindClientAsync, cancellation);

    /// <summary>Removes a client from the cache. Call it after each change that this instance made.</summary>
    public void Forget(string clientId)
    {
        // In this order: a load of the second cache waits for one of the first, which must not be from before the change.
        _clients.Remove(clientId);
        _unknownIds.Remove(clientId);
    }

    private async Task<CacheEntry<Client?>> FindClientAsync(string clientId)
    {
        var now = time.GetUtcNow();
        var client = await _clients.GetAsync(clientId, LoadAsync, CancellationToken.None);

        return new(client, client is null ? now + Age : now);
    }

    private async Task<CacheEntry<Client?>> LoadAsync(string clientId)
    {
        var now = time.GetUtcNow();
        var client = await store.FindAsync(clientId, CancellationToken.None);

        // A client that was registered before the rule existed, or before Audience was changed, keeps working: refusing it would stop a
        // program in use. It gets no right of a user, because nobody can make a user with this ID. People cannot sign in to it.
        if (client is not null && Subject.FaultOfClientId(clientId, options.Audience) is { } fault)
        {
            LogReservedId(logger, clientId, fault);
        }

        return new(client, client is null ? now : now + Age);
    }

    [LoggerMessage(
        1,
        LogLevel.Warning,
        "The client ID '{ClientId}' {Fault}. The client still gets tokens. Register it again with another ID, and remove this one.")]
    private static partial void LogReservedId(ILogger logger, string clientId, string fault);
}
