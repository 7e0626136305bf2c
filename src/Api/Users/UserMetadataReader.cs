using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.Clients;
using Api.Configuration;
using Api.OAuth;

namespace Api.Users;

/// <summary>Validates the members of a user that an administrator sets (OpenID Connect Core 1.0 §5.1). Each has its own rule.</summary>
internal sealed class UserMetadataReader(AuthorizationServerOptions options)
{
    public const string Sub = "sub";
    public const string UserName = "preferred_username";

    /// <summary>The members that can be set and changed.</summary>
    public static readonly ImmutableArray<string> Editable = [UserName, "name", "email", "scope", "claims", "enabled"];

    private readonly MetadataMembers _members = new("user", Sub);

    /// <summary>The errors by member.</summary>
    public AdminProblem Problem => new(AdminProblemKind.Invalid, _members.Errors, _members.UnlistedErrors);

    /// <summary>Adds an error for each unknown member.</summary>
    public void RefuseUnknown(JsonObject members) => _members.RefuseUnknown(members, Editable);

    /// <summary>Returns the user with these members, or null if there are errors.</summary>
    public User? Read(JsonObject members, User user)
    {
        RefuseUnknown(members);
        var read = user with
        {
            UserName = _members.Text(
                members,
                UserName,
                User.IsUserName,
                $"must be 1 to 64 ASCII letters, digits or . _ @ + -, must start with a letter or digit, and not with {User.SubPrefix}")
                ?? _members.Missing(UserName),
            Name = _members.Text(
                members, "name", User.IsName, $"must have 1 to {User.MaximumNameLength} characters and no control characters"),
            Email = _members.Text(
                members, "email", User.IsEmail, $"must be an e-mail address of at most {User.MaximumEmailLength} characters"),
            Scopes = _members.Scopes(members, Scope.Parse(options.Scopes)!.Value, user.Scopes),
            Claims = _members.Claims(members, user.Claims, User.MaximumClaimsLength),
            Enabled = _members.Flag(members, "enabled", absent: true),
        };

        return _members.Errors.Count is 0 ? read : null;
    }
}
