using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Api.OAuth;
using Api.Storage;

namespace Api.Users;

/// <summary>A person who can sign in: the end-user of OpenID Connect Core 1.0 §1.2.</summary>
internal sealed partial record User
{
    /// <summary>See <see cref="Subject.UserPrefix"/>.</summary>
    public const string SubPrefix = Subject.UserPrefix;

    public const int MaximumNameLength = 100;

    /// <summary>RFC 5321 §4.5.3.1.3, without the angle brackets.</summary>
    public const int MaximumEmailLength = 254;

    /// <summary>
    /// In bytes of JSON. An access token has also the claims of the client: together, they fit into the headers that API Gateway takes.
    /// </summary>
    public const int MaximumClaimsLength = 2048;

    public const int MaximumPasskeys = 20;

    /// <summary>The <c>sub</c> of the user's tokens. It is random and never reused.</summary>
    public required string Sub { get; init; }

    /// <summary>The name that identifies the user to administrators (<c>preferred_username</c>). Unique in any case.</summary>
    public required string UserName { get; init; }

    /// <summary>The full name for display; null: unknown.</summary>
    public string? Name { get; init; }

    /// <summary>The e-mail address; null: unknown. It is not verified and identifies no one.</summary>
    public string? Email { get; init; }

    /// <summary>The scopes that the user may grant to a client.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>Additional claims of the user's access tokens, by name; never a registered one.</summary>
    public ImmutableSortedDictionary<string, JsonElement> Claims { get; init; } = ImmutableSortedDictionary<string, JsonElement>.Empty;

    public bool Enabled { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The version of the stored document. It is different after each change.</summary>
    public string Version { get; init; } = Document.NewVersion();

    public static string NewSub() => SubPrefix + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 20);

    public static bool IsSub(string text) => Subs().IsMatch(text);

    public static bool IsUserName(string text) => UserNames().IsMatch(text);

    public static bool IsName(string text) => text.Length is > 0 and <= MaximumNameLength && !text.Any(char.IsControl);

    /// <summary>Whether the text looks like an e-mail address. Only a message to it could show that it is one.</summary>
    public static bool IsEmail(string text) => text.Length <= MaximumEmailLength && Emails().IsMatch(text);

    /// <summary>The form in which user names are compared. They are ASCII, so that no two look the same.</summary>
    public static string Normalize(string userName) => userName.ToLowerInvariant();

    [GeneratedRegex(@"^[^\s\p{C}@]+@[^\s\p{C}@]+\z")]
    private static partial Regex Emails();

    [GeneratedRegex("^usr_[a-z0-9]{20}\\z")]
    private static partial Regex Subs();

    // A name that begins like a sub could be taken for one.
    [GeneratedRegex("^(?![Uu][Ss][Rr]_)[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}\\z")]
    private static partial Regex UserNames();
}
