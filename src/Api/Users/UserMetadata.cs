using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Api.Foundation.Json;

namespace Api.Users;

/// <summary>
/// A user as administrators see it, with the member names of OpenID Connect Core 1.0 §5.1 where it defines them. <c>passkeys</c> is omitted
/// in lists. Only <c>enrollment_link</c> is secret. It is present only in the response that created it.
/// </summary>
internal sealed record UserMetadata(
    string Sub,
    string PreferredUsername,
    string? Name,
    string? Email,
    string Scope,
    ImmutableSortedDictionary<string, JsonElement> Claims,
    bool Enabled,
    ImmutableArray<PasskeyMetadata>? Passkeys,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string Version)
{
    /// <summary>The URL that lets its holder add a passkey, shown once.</summary>
    public string? EnrollmentLink { get; init; }

    public DateTimeOffset? EnrollmentLinkExpiresAt { get; init; }

    /// <summary>
    /// Returns the user as JSON for the audit log, or null if there is no user. Name and e-mail address are omitted: nothing depends on them,
    /// and the log is kept longer than the user.
    /// </summary>
    public static string? Describe(User? user) => user is null
        ? null
        : JsonSerializer.Serialize(From(user) with { Name = null, Email = null }, UsersJson.Default.UserMetadata);

    public static UserMetadata From(User user) => new(
        user.Sub,
        user.UserName,
        user.Name,
        user.Email,
        string.Join(' ', user.Scopes),
        user.Claims,
        user.Enabled,
        null,
        user.CreatedAt,
        user.UpdatedAt,
        user.Version);

    /// <summary>Returns the user of a successful result, with the link that the request created.</summary>
    public static UserMetadata From(UserResult result) => From(result.User!) with
    {
        Passkeys = [.. result.Passkeys.Select(PasskeyMetadata.From)],
        EnrollmentLink = result.Link?.Url,
        EnrollmentLinkExpiresAt = result.Link?.ExpiresAt,
    };

    /// <summary>Returns the members that an administrator can change, as the target of a merge patch.</summary>
    public JsonObject ToEditable()
    {
        var all = JsonSerializer.SerializeToNode(this, UsersJson.Default.UserMetadata)!.AsObject();

        foreach (var name in all.Select(member => member.Key).Except(UserMetadataReader.Editable).ToArray())
        {
            all.Remove(name);
        }

        return all;
    }
}

/// <summary>A passkey without its key. Times are in UTC.</summary>
internal sealed record PasskeyMetadata(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsed)
{
    public static PasskeyMetadata From(Passkey passkey) => new(passkey.Id, passkey.Name, passkey.CreatedAt, passkey.LastUsed);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserMetadata))]
[JsonSerializable(typeof(NewLink))]
internal sealed partial class UsersJson : JsonSerializerContext
{
    public static UsersJson Answers { get; } = new(WireJson.ForAnswers());
}
