using System.Collections.Immutable;
using System.Text.Json;
using Api.Clients;
using Api.Storage;
using Api.Users;

namespace Api.SignIn.Authorization;

/// <summary>The scopes that a user has allowed a client.</summary>
internal sealed record Consent(string Scope, DateTimeOffset GivenAt);

/// <summary>
/// What users have allowed clients that have <c>require_consent</c>. It is removed with the user, and does not apply to a client that was
/// registered later with the same ID.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class Consents(IDocumentStore documents, TimeProvider time)
{
    /// <summary>Whether the user has allowed the client all of these scopes.</summary>
    public async Task<bool> CoverAsync(string sub, Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var given = ScopesOf(await documents.GetAsync(KeyOf(sub, client.ClientId), cancellation), client);

        return given is not [] && scopes.All(given.Contains);
    }

    /// <summary>Adds scopes to those that the user has allowed the client.</summary>
    public async Task AddAsync(string sub, Client client, ImmutableArray<string> scopes, CancellationToken cancellation)
    {
        var key = KeyOf(sub, client.ClientId);
        var document = await documents.GetAsync(key, cancellation);
        var all = string.Join(' ', ScopesOf(document, client).Union(scopes, StringComparer.Ordinal));
        var next = new Document(key, JsonSerializer.Serialize(new(all, time.GetUtcNow()), AuthorizationJson.Default.Consent));

        // If another request of the user changed it at the same time, this consent is not kept, and the user is asked again.
        await documents.WriteAsync(
            [document is null ? new DocumentWrite.Add(next) : new DocumentWrite.Replace(next, document.Version)], cancellation);
    }

    private static DocumentKey KeyOf(string sub, string clientId) => new(UserStore.PartitionOf(sub), $"consent#{clientId}");

    private static ImmutableArray<string> ScopesOf(Document? document, Client client)
    {
        try
        {
            return document is not null
                && JsonSerializer.Deserialize(document.Json, AuthorizationJson.Default.Consent) is { } consent
                && consent.GivenAt >= client.CreatedAt
                    ? OAuth.Scope.Parse(consent.Scope) ?? []
                    : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }
}
