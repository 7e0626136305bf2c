using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Api.Administration;

namespace Api.Users;

/// <summary>The result of an admin request: the user (null if removed), or the problem.</summary>
internal sealed record UserResult(User? User, AdminProblem? Problem = null)
{
    public ImmutableArray<Passkey> Passkeys { get; init; } = [];

    /// <summary>The link that was created.</summary>
    public NewLink? Link { get; init; }

    public static UserResult Refused(AdminProblemKind kind, string member, string error) =>
        new(null, AdminProblem.Of(kind, member, error));
}

/// <summary>A new link. <c>enrollment_link</c> is shown only once.</summary>
/// <param name="Sub">The user that gets the passkey.</param>
/// <param name="Url">The URL to open. Its random part is not stored.</param>
/// <param name="ExpiresAt">The end of the link.</param>
internal sealed record NewLink(
    string Sub,
    [property: JsonPropertyName("enrollment_link")] string Url,
    [property: JsonPropertyName("enrollment_link_expires_at")] DateTimeOffset ExpiresAt);

/// <summary>A page of users, and the position of the next page, or null if this is the last page.</summary>
internal sealed record UserPage(ImmutableArray<StoredUser> Users, string? Next);
