using System.Security.Cryptography;
using Api.Audit;
using Api.Configuration;
using Api.OAuth;

namespace Api.Users;

/// <summary>
/// Finds the user of a one-time link and uses the link. If the setting SignUp is open, anyone gets a link for a new user, who is stored when
/// the link is used.
/// </summary>
internal sealed class Enrollment(
    EnrollmentLinks links, UserStore users, UserChanges changes, AuthorizationServerOptions options, TimeProvider time)
{
    /// <summary>
    /// Creates a link for a new user. The user name is random, so that nobody learns which names are taken.
    /// </summary>
    public Task<string> BeginSignUpAsync(string? name, CancellationToken cancellation) => links.CreateAsync(
        NewUser(User.NewSub(), "user-" + RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz0123456789", 10), name), cancellation);

    /// <summary>The user of a link that was not used yet, if enabled. A damaged user has no working link.</summary>
    public async Task<User?> FindUserAsync(string link, CancellationToken cancellation)
    {
        if (await links.FindAsync(link, cancellation) is not { } found)
        {
            return null;
        }

        if (found.NewUserName is { } userName)
        {
            return options.IsSignUpOpen ? NewUser(found.Sub, userName, found.NewName) : null;
        }

        try
        {
            return await users.FindAsync(found.Sub, cancellation) is { Enabled: true } user ? user : null;
        }
        catch (DamagedUserException)
        {
            return null;
        }
    }

    /// <summary>Uses the link of a user, and stores a new user. Of all callers, only one gets true.</summary>
    public async Task<bool> UseAsync(string link, User user, Actor by) =>
        await links.ConsumeAsync(link, CancellationToken.None) is { } used
        && used.Sub == user.Sub
        && (used.NewUserName is null
            || await changes.MakeAsync("Sign-up", by, user.Sub, null, user, () => users.AddAsync(user, CancellationToken.None)));

    private User NewUser(string sub, string userName, string? name)
    {
        var now = time.GetUtcNow();

        return new()
        {
            Sub = sub,
            UserName = userName,
            Name = name,
            Scopes = Scope.Parse(options.SignUpScopes)!.Value,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }
}
