using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.Clients;
using Api.Foundation.Json;

namespace Api.Routes;

/// <summary>
/// A page of clients. <c>next_cursor</c> is omitted on the last page. <c>damaged</c> is omitted if every client document is
/// valid.
/// </summary>
internal sealed record ClientList(
    ImmutableArray<ClientMetadata> Clients, ImmutableArray<DamagedClient>? Damaged, string? NextCursor)
{
    public static ClientList From(IReadOnlyCollection<StoredClient> page, string? nextCursor)
    {
        ImmutableArray<DamagedClient> damaged =
            [.. page.Where(stored => stored.Client is null).Select(stored => new DamagedClient(stored.ClientId, stored.Fault!))];

        return new(
            [.. page.Select(stored => stored.Client).OfType<Client>().Select(ClientMetadata.From)],
            damaged is [] ? null : damaged,
            nextCursor);
    }
}

/// <summary>A client whose stored document is invalid. It gets no token, and can only be removed or restored.</summary>
internal sealed record DamagedClient(string ClientId, string Error);

/// <summary>The body of a client registration, for the OpenAPI document.</summary>
internal sealed record ClientRequestBody(
    string ClientName,
    string Scope,
    string? ClientId,
    string? TokenEndpointAuthMethod,
    PublicJwkSet? Jwks,
    string? JwksUri,
    Dictionary<string, JsonElement>? Claims,
    int? AccessTokenLifetime,
    int? AccessTokenReuse,
    IReadOnlyList<string>? GrantTypes,
    IReadOnlyList<string>? RedirectUris,
    IReadOnlyList<string>? PostLogoutRedirectUris,
    bool? RequireConsent,
    bool? RequirePkce,
    bool? Enabled);

/// <summary>The body of a client change, for the OpenAPI document.</summary>
internal sealed record ClientPatchBody(
    string? ClientName,
    string? Scope,
    string? TokenEndpointAuthMethod,
    PublicJwkSet? Jwks,
    string? JwksUri,
    Dictionary<string, JsonElement>? Claims,
    int? AccessTokenLifetime,
    int? AccessTokenReuse,
    IReadOnlyList<string>? GrantTypes,
    IReadOnlyList<string>? RedirectUris,
    IReadOnlyList<string>? PostLogoutRedirectUris,
    bool? RequireConsent,
    bool? RequirePkce,
    bool? Enabled);

/// <summary>
/// The optional settings of a new secret, in seconds: its lifetime, and the remaining lifetime of the previous secret.
/// </summary>
internal sealed record SecretRequestBody(int? ExpiresIn, int? PreviousExpiresIn);

/// <summary>
/// A new secret. <c>client_secret</c> is shown only once. <c>client_secret_expires_at</c> is that of RFC 7591 §3.2.1.
/// </summary>
internal sealed record NewSecret(string ClientId, string Id, string ClientSecret, long ClientSecretExpiresAt, DateTimeOffset CreatedAt)
{
    public static NewSecret From(ClientResult result)
    {
        var (secret, clearText) = result.NewSecret!.Value;

        return new(result.Client!.ClientId, secret.Id, clearText, secret.ExpiresAt?.ToUnixTimeSeconds() ?? 0, secret.CreatedAt);
    }
}

/// <summary>Reads and validates a <see cref="SecretRequestBody"/>.</summary>
internal static class SecretLifetimes
{
    private const string ExpiresIn = "expires_in";
    private const string PreviousExpiresIn = "previous_expires_in";

    // Ten years. For a secret that does not expire, the member is omitted.
    private static readonly TimeSpan Maximum = TimeSpan.FromDays(10 * 365);

    public static bool TryRead(
        JsonObject members, out TimeSpan? expiresIn, out TimeSpan? previousExpiresIn, [NotNullWhen(false)] out AdminProblem? problem)
    {
        (expiresIn, previousExpiresIn) = (null, null);
        var unknown = members.FirstOrDefault(member => member.Key is not (ExpiresIn or PreviousExpiresIn)).Key;
        problem = unknown is null
            ? Read(members[ExpiresIn], ExpiresIn, TimeSpan.FromMinutes(1), out expiresIn)
                ?? Read(members[PreviousExpiresIn], PreviousExpiresIn, TimeSpan.Zero, out previousExpiresIn)
            : Invalid(
                unknown.Length <= 100 ? unknown : unknown[..100], $"is unknown. Use {ExpiresIn} and {PreviousExpiresIn}");

        return problem is null;
    }

    private static AdminProblem? Read(JsonNode? value, string name, TimeSpan shortest, out TimeSpan? lifetime) =>
        WholeSeconds.Read(value, shortest, Maximum, out lifetime) is { } error ? Invalid(name, error) : null;

    private static AdminProblem Invalid(string member, string error) =>
        AdminProblem.Of(AdminProblemKind.Invalid, member, error);
}
