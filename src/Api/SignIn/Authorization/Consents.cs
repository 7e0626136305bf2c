using System.Collections.Immutable;
using System.Text.Json;
using Api.Clients;
using Api.Storage;
using Api.Users;

namespace Api.SignIn.Authorization;

/// <summary>The scopes that a user has allowed a client, and the name of the client at that time.</summary>
internal sealed record Consent(string Scope, DateTimeOffset GivenAt, string ClientName);

/// <summary>
/// What users have allowed clients that have <c>require_consent</c>. It is removed with the user, and does not apply to a client that was
/// registered later with the same ID.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class Consents(IDocumentStore documents, TimeProvider time)
{
    // More than a team has clients. The account page shows no more.
    private const int MaximumListed = 100;

    /// <summary>Whether the user has allowed the client all of these scopes.</summary>
    public async Task<bool> CoverAsync(string sub, Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var given = ScopesOf(await documents.GetAsync(KeyOf(sub, client.ClientId), cancellation), client);

        return given is not [] && scopes.All(given.Contains);
    }

    /// <summary>What the user has allowed, by client ID, the latest first.</summary>
    public async Task<ImmutableArray<(string ClientId, Consent Consent)>> ListAsync(string sub, CancellationToken cancellation) =>
        [
            .. (await documents.QueryAsync(UserStore.PartitionOf(sub), UserStore.ConsentPrefix, MaximumListed, cancellation))
                .Select(document => (ClientId: document.Key.Sort[UserStore.ConsentPrefix.Length..], Consent: Read(document)!))
                .Where(entry => entry.Consent is not null)
                .OrderByDescending(entry => entry.Consent.GivenAt),
        ];

    /// <summary>Adds scopes to those that the user has allowed the client.</summary>
    public async Task AddAsync(string sub, Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var key = KeyOf(sub, client.ClientId);
        var document = await documents.GetAsync(key, cancellation);
        var all = string.Join(' ', ScopesOf(document, client).Union(scopes, StringComparer.Ordinal));
        var consent = new Consent(all, time.GetUtcNow(), client.ClientName);
        var next = new Document(key, JsonSerializer.Serialize(consent, AuthorizationJson.Default.Consent));

        // If another request of the user changed it at the same time, this consent is not kept, and the user is asked again.
        await documents.WriteAsync(
            [document is null ? new DocumentWrite.Add(next) : new DocumentWrite.Replace(next, document.Version)], cancellation);
    }

    /// <summary>Withdraws a consent. Returns false if it was given again at the same time.</summary>
    public async Task<bool> RemoveAsync(string sub, string clientId, CancellationToken cancellation) =>
        clientId.Length > Client.MaximumIdLength
        || await documents.GetAsync(KeyOf(sub, clientId), cancellation) is not { } document
        || await documents.WriteAsync([new DocumentWrite.Delete(document.Key, document.Version)], cancellation);

    private static DocumentKey KeyOf(string sub, string clientId) => new(UserStore.PartitionOf(sub), UserStore.ConsentPrefix + clientId);

    private static ImmutableArray<string> ScopesOf(Document? document, Client client) =>
        Read(document) is { } consent && consent.GivenAt >= client.CreatedAt ? OAuth.Scope.Parse(consent.Scope) ?? [] : [];

    // A damaged consent is like none: the user is asked again.
    private static Consent? Read(Document? document)
    {
        try
        {
            return document is null ? null : JsonSerializer.Deserialize(document.Json, AuthorizationJson.Default.Consent);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
