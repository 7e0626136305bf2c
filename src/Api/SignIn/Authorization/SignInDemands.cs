using System.Text.Json;
using Api.Foundation;
using Api.Storage;

namespace Api.SignIn.Authorization;

/// <summary>The demand of an authorization request that the user signs in again.</summary>
/// <param name="Since">A sign-in from this time on fulfills it.</param>
/// <param name="IsUsed">Whether an authorization code was issued for it.</param>
internal sealed record SignInDemand(DateTimeOffset Since, bool IsUsed);

/// <summary>
/// The demands in the document store, for one use within an hour. The browser returns from the sign-in page with a random value, so that
/// neither the client nor the user can make a demand up that an old sign-in fulfills.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class SignInDemands(IDocumentStore documents, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Stores a demand and returns its value, which is not stored.</summary>
    public async Task<string> CreateAsync(CancellationToken cancellation)
    {
        var value = OpaqueToken.Generate();
        await documents.WriteAsync([new DocumentWrite.Add(DocumentOf(value, new(time.GetUtcNow(), IsUsed: false)))], cancellation);

        return value;
    }

    /// <summary>The demand and its version; null if it is unknown, used, expired or damaged.</summary>
    public async Task<(SignInDemand Demand, string Version)?> FindAsync(string? value, CancellationToken cancellation)
    {
        if (!OpaqueToken.IsWellFormed(value) || await documents.GetAsync(KeyOf(value!), cancellation) is not { } document)
        {
            return null;
        }

        try
        {
            // The end of the document is in whole seconds.
            return JsonSerializer.Deserialize(document.Json, AuthorizationJson.Default.SignInDemand) is { IsUsed: false } demand
                && document.ExpiresAt is { } end
                && Lifetime - (end - demand.Since) is { Ticks: >= 0 and < TimeSpan.TicksPerSecond }
                ? (demand, document.Version)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Uses a demand. Of all callers, only one gets true.</summary>
    public Task<bool> ConsumeAsync(string value, SignInDemand demand, string version, CancellationToken cancellation) =>
        documents.WriteAsync([new DocumentWrite.Replace(DocumentOf(value, demand with { IsUsed = true }), version)], cancellation);

    private static DocumentKey KeyOf(string value) => new($"demand#{OpaqueToken.Hash(value)}", "demand");

    private static Document DocumentOf(string value, SignInDemand demand) =>
        new(KeyOf(value), JsonSerializer.Serialize(demand, AuthorizationJson.Default.SignInDemand))
        {
            ExpiresAt = Document.ExpiryAt((demand.Since + Lifetime).ToUnixTimeSeconds()),
        };
}
