using System.Text.Json;
using Api.Foundation;
using Api.OAuth;
using Api.Storage;

namespace Api.SignIn.Authorization;

/// <summary>The demand of an authorization request that the user signs in again.</summary>
/// <param name="Since">A sign-in from this time on fulfills it.</param>
/// <param name="Request">See <see cref="AuthorizationParameters.HashOf"/>.</param>
/// <param name="IsUsed">Whether an authorization code was issued for it.</param>
internal sealed record SignInDemand(DateTimeOffset Since, string Request, bool IsUsed);

/// <summary>
/// The demands in the document store, for one use within an hour. The browser returns from the sign-in page with a random value, so that
/// neither the client nor the user can make a demand up that an old sign-in fulfills. A demand belongs to its request: <c>state</c>,
/// <c>nonce</c> and <c>code_challenge</c> are new in each, so that nobody can store a demand for a later request.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class SignInDemands(IDocumentStore documents, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    /// <summary>Stores a demand and returns its value, which is not stored.</summary>
    public async Task<string> CreateAsync(RequestParameters request, CancellationToken cancellation)
    {
        var value = OpaqueToken.Generate();
        var demand = new SignInDemand(time.GetUtcNow(), AuthorizationParameters.HashOf(request), IsUsed: false);
        await documents.WriteAsync([new DocumentWrite.Add(DocumentOf(value, demand))], cancellation);

        return value;
    }

    /// <summary>The demand that a request returns with, and its version; null if it is unknown, used, expired, damaged or of another request.</summary>
    public async Task<(SignInDemand Demand, string Version)?> FindAsync(RequestParameters request, CancellationToken cancellation)
    {
        var value = request[AuthorizationParameters.SignInDemand];

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
                && demand.Request == AuthorizationParameters.HashOf(request)
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
