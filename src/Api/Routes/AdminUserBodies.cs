using System.Collections.Immutable;
using System.Text.Json;
using Api.Sessions;
using Api.Users;

namespace Api.Routes;

/// <summary>
/// A page of users. <c>next_cursor</c> is omitted on the last page. <c>damaged</c> is omitted if every user document is valid.
/// </summary>
internal sealed record UserList(ImmutableArray<UserMetadata> Users, ImmutableArray<DamagedUser>? Damaged, string? NextCursor)
{
    public static UserList From(IReadOnlyCollection<StoredUser> page, string? nextCursor)
    {
        ImmutableArray<DamagedUser> damaged =
            [.. page.Where(stored => stored.User is null).Select(stored => new DamagedUser(stored.Sub, stored.Fault!))];

        return new(
            [.. page.Select(stored => stored.User).OfType<User>().Select(UserMetadata.From)],
            damaged is [] ? null : damaged,
            nextCursor);
    }
}

/// <summary>A user whose stored document is invalid, who cannot sign in. It can only be removed or restored.</summary>
internal sealed record DamagedUser(string Sub, string Error);

/// <summary>The browser sessions of a user, and the sign-ins to clients, the last used first.</summary>
internal sealed record SessionList(ImmutableArray<SessionMetadata> Sessions, ImmutableArray<ClientSignInMetadata> Clients);

/// <summary>The body of a user registration, for the OpenAPI document.</summary>
internal sealed record UserRequestBody(
    string PreferredUsername, string Scope, string? Name, string? Email, Dictionary<string, JsonElement>? Claims, bool? Enabled);

/// <summary>The body of a user change, for the OpenAPI document.</summary>
internal sealed record UserPatchBody(
    string? PreferredUsername, string? Scope, string? Name, string? Email, Dictionary<string, JsonElement>? Claims, bool? Enabled);
