using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Foundation;
using Api.Foundation.Json;
using Api.Sessions.Families;
using Api.Storage;

namespace Api.SignIn.Authorization;

/// <summary>What an authorization code stands for (RFC 6749 §4.1.2). It is stored under the hash of the code.</summary>
internal sealed record AuthorizationCode(
    string ClientId,
    string RedirectUri,
    string Scope,
    string Sub,
    string SessionId,
    DateTimeOffset AuthenticatedAt,
    DateTimeOffset CreatedAt,
    string? CodeChallenge = null,
    string? Nonce = null,
    string? FamilyId = null)
{
    /// <summary>Whether it was redeemed: then <see cref="FamilyId"/> is what it began.</summary>
    [JsonIgnore]
    public bool IsUsed => FamilyId is not null;
}

/// <summary>The authorization codes in the document store.</summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class AuthorizationCodes(IDocumentStore documents)
{
    /// <summary>How long a code can be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    // A used or expired code is recognized for longer.
    private static readonly TimeSpan Retention = TimeSpan.FromMinutes(10);

    /// <summary>Stores a code and returns its value, which is not stored.</summary>
    public async Task<string> CreateAsync(AuthorizationCode code, CancellationToken cancellation)
    {
        var value = OpaqueToken.Generate();
        await documents.WriteAsync([new DocumentWrite.Add(DocumentOf(value, code))], cancellation);

        return value;
    }

    /// <summary>The code, used or not, and its version; null if there is none.</summary>
    public async Task<(AuthorizationCode Code, string Version)?> FindAsync(string value, CancellationToken cancellation)
    {
        if (!OpaqueToken.IsWellFormed(value) || await documents.GetAsync(KeyOf(value), cancellation) is not { } document)
        {
            return null;
        }

        try
        {
            Utf8Json.ReadAll(Encoding.UTF8.GetBytes(document.Json));

            return JsonSerializer.Deserialize(document.Json, AuthorizationJson.Default.AuthorizationCode) is { } code && IsSound(code, document)
                ? (code, document.Version)
                : null;
        }
        // A damaged code is like an unknown one: the client asks again. InvalidOperationException: a string has a lone surrogate.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Uses a code, and stores the family that it begins. Of all callers, only one gets true.</summary>
    public Task<bool> ConsumeAsync(string value, AuthorizationCode code, string version, TokenFamily family, CancellationToken cancellation) =>
        // A new version: only one replacement succeeds, where several deletions would.
        documents.WriteAsync(
            [
                new DocumentWrite.Replace(DocumentOf(value, code with { FamilyId = family.Id }), version),
                TokenFamilyStore.AdditionOf(family),
            ],
            cancellation);

    // Without scopes, a token would get all that the client and the user have. The end of the document is in whole seconds.
    private static bool IsSound(AuthorizationCode code, Document document) =>
        OAuth.Scope.Parse(code.Scope) is [_, ..]
        && document.ExpiresAt is { } end
        && Retention - (end - code.CreatedAt) is { Ticks: >= 0 and < TimeSpan.TicksPerSecond };

    private static DocumentKey KeyOf(string value) => new($"code#{OpaqueToken.Hash(value)}", "code");

    private static Document DocumentOf(string value, AuthorizationCode code) =>
        new(KeyOf(value), JsonSerializer.Serialize(code, AuthorizationJson.Default.AuthorizationCode))
        {
            ExpiresAt = Document.ExpiryAt((code.CreatedAt + Retention).ToUnixTimeSeconds()),
        };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AuthorizationCode))]
[JsonSerializable(typeof(Consent))]
[JsonSerializable(typeof(SignInDemand))]
internal sealed partial class AuthorizationJson : JsonSerializerContext;
