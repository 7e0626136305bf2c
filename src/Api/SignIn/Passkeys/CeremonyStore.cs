using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Configuration;
using Api.Foundation;
using Api.Storage;

namespace Api.SignIn.Passkeys;

/// <summary>What a ceremony is for. An answer is accepted only for the same purpose.</summary>
/// <param name="Kind">The name of the request.</param>
/// <param name="Sub">The user who gets a passkey; null: the passkey tells who signs in.</param>
/// <param name="Holder">The hash of the one-time link, or the ID of the session, that allows the ceremony.</param>
internal sealed record CeremonyPurpose(string Kind, string? Sub = null, string? Holder = null)
{
    public static readonly CeremonyPurpose SignIn = new("sign-in");

    public static CeremonyPurpose Enroll(string sub, string link) => new("enroll", sub, OpaqueToken.Hash(link));

    public static CeremonyPurpose Add(string sub, string sessionId) => new("add", sub, sessionId);
}

/// <summary>
/// The state of the ceremonies that have begun (Web Authentication Level 3 §13.4.3): for 5 minutes, and for one answer, whatever its outcome.
/// The key is made of two random values: one in a cookie, one in the answer to the request for options. The cookie binds the ceremony to
/// the browser, so that an attacker cannot sign another browser in with an answer that was prepared elsewhere. The other value keeps the
/// ceremonies of two windows of one browser apart.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class CeremonyStore(IDocumentStore documents, AuthorizationServerOptions options, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly bool _isHttps = options.Issuer.StartsWith("https:", StringComparison.Ordinal);

    // Browsers refuse the prefix on http://localhost.
    private string CookieName => _isHttps ? "__Host-ceremony" : "ceremony";

    /// <summary>Begins a ceremony, sets the cookie, and returns the value that the answer must have.</summary>
    public async Task<string> BeginAsync(HttpContext http, CeremonyPurpose purpose, string state)
    {
        var browser = ReadCookie(http.Request) ?? OpaqueToken.Generate();
        var ceremony = OpaqueToken.Generate();
        var stored = new StoredCeremony(purpose, state, IsUsed: false);
        await documents.WriteAsync(
            [new DocumentWrite.Add(DocumentOf(browser, ceremony, stored, time.GetUtcNow() + Lifetime))], http.RequestAborted);

        http.Response.Cookies.Append(CookieName, browser, new()
        {
            HttpOnly = true,
            Secure = _isHttps,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = Lifetime,
            IsEssential = true,
        });

        return ceremony;
    }

    /// <summary>Uses a ceremony of this browser and returns its state. Of all callers, only one gets it; the others get null.</summary>
    public async Task<string?> UseAsync(HttpContext http, CeremonyPurpose purpose, string ceremony)
    {
        if (ReadCookie(http.Request) is not { } browser
            || !OpaqueToken.IsWellFormed(ceremony)
            || await documents.GetAsync(KeyOf(browser, ceremony), http.RequestAborted) is not { ExpiresAt: { } end } document
            || end <= time.GetUtcNow()
            || Read(document.Json) is not { IsUsed: false } stored)
        {
            return null;
        }

        // A new version: only one replacement succeeds, where several deletions would. The state is removed.
        var used = DocumentOf(browser, ceremony, stored with { State = "", IsUsed = true }, end);

        return await documents.WriteAsync([new DocumentWrite.Replace(used, document.Version)], http.RequestAborted) && stored.Purpose == purpose
            ? stored.State
            : null;
    }

    private string? ReadCookie(HttpRequest request) =>
        request.Cookies[CookieName] is { } value && OpaqueToken.IsWellFormed(value) ? value : null;

    private static DocumentKey KeyOf(string browser, string ceremony) => new($"ceremony#{OpaqueToken.Hash(browser + ceremony)}", "ceremony");

    private static Document DocumentOf(string browser, string ceremony, StoredCeremony stored, DateTimeOffset end) =>
        new(KeyOf(browser, ceremony), JsonSerializer.Serialize(stored, CeremonyJson.Default.StoredCeremony)) { ExpiresAt = end };

    // A damaged ceremony is like an unknown one: the user begins another.
    private static StoredCeremony? Read(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CeremonyJson.Default.StoredCeremony);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>A stored ceremony. It stays after its use until it expires.</summary>
internal sealed record StoredCeremony(CeremonyPurpose Purpose, string State, bool IsUsed);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(StoredCeremony))]
internal sealed partial class CeremonyJson : JsonSerializerContext;
