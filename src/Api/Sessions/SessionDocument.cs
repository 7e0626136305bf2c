using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Foundation;
using Api.Foundation.Json;
using Api.Storage;
using Api.Users;

namespace Api.Sessions;

/// <summary>A stored session. The document store has its end.</summary>
internal sealed record SessionDocument(
    string Sub, string Sid, DateTimeOffset AuthenticatedAt, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, string? UserAgent = null)
{
    public const string Prefix = UserStore.SessionPrefix;

    public static DocumentKey KeyOf(string sub, string id) => new(UserStore.PartitionOf(sub), Prefix + id);

    public static Document Write(Session session) => new(
        KeyOf(session.Sub, session.Id),
        JsonSerializer.Serialize(
            new(session.Sub, session.Sid, session.AuthenticatedAt, session.CreatedAt, session.LastUsedAt, session.UserAgent),
            SessionJson.Default.SessionDocument))
    {
        Version = session.Version,
        ExpiresAt = session.ExpiresAt,
    };

    /// <summary>Reads a session. A damaged one, or one that is stored under another user, is null: the user signs in again.</summary>
    public static Session? Read(Document document)
    {
        try
        {
            Utf8Json.ReadAll(Encoding.UTF8.GetBytes(document.Json));
            var id = document.Key.Sort[Prefix.Length..];

            return JsonSerializer.Deserialize(document.Json, SessionJson.Default.SessionDocument) is { } read
                && document.Key.Partition == UserStore.PartitionOf(read.Sub)
                && OpaqueToken.IsWellFormed(id)
                && document is { ExpiresAt: { } end, Version: not "" }
                && read.AuthenticatedAt <= read.LastUsedAt
                && read.LastUsedAt <= end
                    ? new()
                    {
                        Id = id,
                        Sub = read.Sub,
                        Sid = read.Sid,
                        AuthenticatedAt = read.AuthenticatedAt,
                        CreatedAt = read.CreatedAt,
                        LastUsedAt = read.LastUsedAt,
                        ExpiresAt = end,
                        UserAgent = read.UserAgent,
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
[JsonSerializable(typeof(SessionDocument))]
internal sealed partial class SessionJson : JsonSerializerContext;
