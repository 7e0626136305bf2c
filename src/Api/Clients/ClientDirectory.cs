using Api.OAuth;

namespace Api.Clients;

/// <summary>Knows every registered client, and authenticates those that have a secret (RFC 6749 §2.3.1).</summary>
internal sealed class ClientDirectory(ClientCache clients, BootstrapClient first, LastUsedRecorder uses, TimeProvider time)
{
    private static readonly Client Nobody = new() { ClientId = "", ClientName = "", Scopes = [], CreatedAt = default };

    /// <summary>The client whose live secret this is, enabled or not; null for an unknown client as for a wrong secret.</summary>
    /// <param name="clientId">Who it says it is.</param>
    /// <param name="secret">What shows it.</param>
    /// <param name="method">How it was sent: one of <see cref="AuthenticationMethods"/>.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async ValueTask<Client?> AuthenticateAsync(string clientId, string secret, string method, CancellationToken cancellation)
    {
        var client = await FindAsync(clientId, cancellation);
        var now = time.GetUtcNow();

        // The same work for an unknown client, so that the time it takes tells nobody which clients exist.
        if ((client ?? Nobody).FindSecret(ClientSecret.Hash(secret), now) is not { } used || !client!.MayUse(method))
        {
            return null;
        }

        uses.Note(client, used, DateOnly.FromDateTime(now.UtcDateTime));

        return client;
    }

    /// <summary>The client with exactly this id, enabled or not.</summary>
    public async ValueTask<Client?> FindAsync(string clientId, CancellationToken cancellation) =>
        clientId.Length is 0 or > Client.MaximumIdLength ? null
        : first.Exists && clientId == BootstrapClient.ClientId ? await first.GetAsync(cancellation)
        : await clients.FindAsync(clientId, cancellation);
}
