using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Api.Clients;
using Api.Foundation.Json;

namespace Api.Users;

/// <summary>A stored user: JSON with the member names of OpenID Connect Core 1.0 §5.1 where it defines them.</summary>
internal sealed record UserDocument(
    string Sub,
    string PreferredUsername,
    string Scope,
    bool Enabled,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    ImmutableSortedDictionary<string, JsonElement> Claims,
    string? Name = null,
    string? Email = null)
{
    public static string Write(User user) => JsonSerializer.Serialize(
        new(
            user.Sub,
            user.UserName,
            string.Join(' ', user.Scopes),
            user.Enabled,
            user.CreatedAt,
            user.UpdatedAt,
            user.Claims,
            user.Name,
            user.Email),
        UserJson.Default.UserDocument);

    /// <summary>Reads a stored user and checks it by the rules, so that a modified database gives no more rights.</summary>
    /// <exception cref="FormatException">The fault, without the content of the document.</exception>
    public static User Parse(string sub, string json, string version)
    {
        var document = UserJson.Read(json, UserJson.Default.UserDocument);

        if (document.Sub != sub || !User.IsSub(sub))
        {
            throw new FormatException("sub is not the one that the document is stored under, or is not valid");
        }

        if (!User.IsUserName(document.PreferredUsername))
        {
            throw new FormatException("preferred_username is not valid");
        }

        if ((document.Name is { } name && !User.IsName(name)) || (document.Email is { } email && !User.IsEmail(email)))
        {
            throw new FormatException("name or email is not valid");
        }

        if (document.Claims.Keys.FirstOrDefault(Client.RegisteredClaims.Contains) is { } claim)
        {
            throw new FormatException($"claims has '{claim}', which only the server sets");
        }

        return new()
        {
            Sub = sub,
            UserName = document.PreferredUsername,
            Name = document.Name,
            Email = document.Email,
            Scopes = OAuth.Scope.Parse(document.Scope) ?? throw new FormatException("scope has a character that RFC 6749 §3.3 excludes"),
            Claims = document.Claims,
            Enabled = document.Enabled,
            CreatedAt = document.CreatedAt,
            UpdatedAt = document.UpdatedAt,
            Version = version is "" ? throw new FormatException("it has no version") : version,
        };
    }
}

/// <summary>A stored passkey. Byte strings are base64.</summary>
internal sealed record PasskeyDocument(
    byte[] CredentialId,
    byte[] PublicKey,
    string Name,
    DateTimeOffset CreatedAt,
    uint SignCount,
    ImmutableArray<string> Transports,
    bool BackupEligible,
    bool BackedUp,
    DateTimeOffset? LastUsed = null)
{
    public static string Write(Passkey passkey) => JsonSerializer.Serialize(
        new(
            [.. passkey.CredentialId],
            [.. passkey.PublicKey],
            passkey.Name,
            passkey.CreatedAt,
            passkey.SignCount,
            passkey.Transports,
            passkey.IsBackupEligible,
            passkey.IsBackedUp,
            passkey.LastUsed),
        UserJson.Default.PasskeyDocument);

    /// <exception cref="FormatException">The fault, without the content of the document.</exception>
    public static Passkey Parse(string json, string version)
    {
        var document = UserJson.Read(json, UserJson.Default.PasskeyDocument);

        return document.CredentialId is [] || document.PublicKey is [] || version is ""
            ? throw new FormatException("the credential, its key or the version is empty")
            : new()
            {
                CredentialId = [.. document.CredentialId],
                PublicKey = [.. document.PublicKey],
                Name = document.Name,
                CreatedAt = document.CreatedAt,
                LastUsed = document.LastUsed,
                SignCount = document.SignCount,
                // The annotations do not reach into the list: it may hold a null.
                Transports = [.. document.Transports.OfType<string>()],
                IsBackupEligible = document.BackupEligible,
                IsBackedUp = document.BackedUp,
                Version = version,
            };
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(UserDocument))]
[JsonSerializable(typeof(PasskeyDocument))]
[JsonSerializable(typeof(EnrollmentLink))]
internal sealed partial class UserJson : JsonSerializerContext
{
    /// <exception cref="FormatException">The text is not such a document. The message does not quote it.</exception>
    public static T Read<T>(string json, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            Utf8Json.ReadAll(Encoding.UTF8.GetBytes(json));

            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException("it is null");
        }
        catch (JsonException exception)
        {
            throw new FormatException($"it is not a valid document ({exception.Path})");
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException("a string has a lone surrogate", exception);
        }
    }
}
