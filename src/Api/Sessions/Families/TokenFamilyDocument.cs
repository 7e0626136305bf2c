using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Foundation.Json;
using Api.Storage;
using Api.Users;

namespace Api.Sessions.Families;

/// <summary>A stored family. The document store has its end. The key is base64.</summary>
internal sealed record TokenFamilyDocument(
    string Sub,
    string ClientId,
    string ClientName,
    string Scope,
    string SessionId,
    string Sid,
    DateTimeOffset AuthenticatedAt,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUsedAt,
    byte[] Key,
    ImmutableArray<UsedRefreshToken> Used,
    string? Current = null)
{
    public static DocumentKey KeyOf(string sub, string id) => new(UserStore.PartitionOf(sub), UserStore.FamilyPrefix + id);

    public static Document Write(TokenFamily family) => new(
        KeyOf(family.Sub, family.Id),
        JsonSerializer.Serialize(
            new(
                family.Sub,
                family.ClientId,
                family.ClientName,
                string.Join(' ', family.Scopes),
                family.SessionId,
                family.Sid,
                family.AuthenticatedAt,
                family.CreatedAt,
                family.LastUsedAt,
                [.. family.Key],
                family.Used,
                family.Current),
            TokenFamilyJson.Default.TokenFamilyDocument))
    {
        Version = family.Version,
        ExpiresAt = family.ExpiresAt,
    };

    /// <summary>Reads a family. A damaged one, or one that is stored under another user, is null: the user signs in again.</summary>
    public static TokenFamily? Read(Document document)
    {
        try
        {
            Utf8Json.ReadAll(Encoding.UTF8.GetBytes(document.Json));
            var id = document.Key.Sort[UserStore.FamilyPrefix.Length..];

            return JsonSerializer.Deserialize(document.Json, TokenFamilyJson.Default.TokenFamilyDocument) is { Key.Length: 32 } read
                && document.Key.Partition == UserStore.PartitionOf(read.Sub)
                && TokenFamily.IsId(id)
                && OAuth.Scope.Parse(read.Scope) is { Length: > 0 } scopes
                && document is { ExpiresAt: { } end, Version: not "" }
                    ? new()
                    {
                        Id = id,
                        Sub = read.Sub,
                        ClientId = read.ClientId,
                        ClientName = read.ClientName,
                        Scopes = scopes,
                        SessionId = read.SessionId,
                        Sid = read.Sid,
                        AuthenticatedAt = read.AuthenticatedAt,
                        CreatedAt = read.CreatedAt,
                        LastUsedAt = read.LastUsedAt,
                        ExpiresAt = end,
                        Key = [.. read.Key],
                        Current = read.Current,
                        // The annotations do not reach into the list: it may hold a null.
                        Used = [.. read.Used.OfType<UsedRefreshToken>()],
                        Version = document.Version,
                    }
                    : null;
        }
        // InvalidOperationException: a string has a lone surrogate.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TokenFamilyDocument))]
internal sealed partial class TokenFamilyJson : JsonSerializerContext;
