using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Api.Administration;
using Api.Audit;
using Api.Configuration;
using Api.Foundation.Json;
using Api.Storage;

namespace Api.Users;

/// <summary>The administration of users, for the admin routes and the command line: checks each change and writes it.</summary>
internal sealed class UserAdministration(
    UserStore store, EnrollmentLinks links, UserChanges changes, AuthorizationServerOptions options, TimeProvider time)
{
    // In bytes. A longer key cannot be in the store.
    private const int MaximumKeyLength = 1024;

    // An attempt fails only if another change was made at the same time.
    private const int MaximumAttempts = 10;

    /// <summary>The next users in the order of their <c>sub</c>.</summary>
    /// <param name="after">The end of the previous page; null: the first page.</param>
    /// <param name="limit">The size of the page.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<UserPage> ListAsync(string? after, int limit, CancellationToken cancellation)
    {
        // One more than the page, to see if there is a next page.
        var found = await store.ListAsync(after, limit + 1, cancellation);

        return found.Length <= limit ? new(found, null) : new(found[..limit], found[limit - 1].Sub);
    }

    /// <summary>The user with this <c>sub</c> or user name, and the passkeys.</summary>
    public async Task<UserResult> FindAsync(string id, CancellationToken cancellation)
    {
        var found = await ReadAsync(id, cancellation);

        return found.User is { } user ? found with { Passkeys = await store.ListPasskeysAsync(user.Sub, cancellation) } : found;
    }

    /// <summary>Registers a user, and creates a link unless the user is disabled.</summary>
    public async Task<UserResult> AddAsync(JsonObject members, Actor by, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var reader = new UserMetadataReader(options);
        var empty = new User { Sub = User.NewSub(), UserName = "", Scopes = [], CreatedAt = now, UpdatedAt = now };

        if (reader.Read(members, empty) is not { } user)
        {
            return new(null, reader.Problem);
        }

        for (var attempt = 0; attempt < MaximumAttempts && !await store.IsNameTakenAsync(user, cancellation); attempt++)
        {
            if (await changes.MakeAsync("Registration", by, user.Sub, null, user, () => store.AddAsync(user, CancellationToken.None)))
            {
                return new(user) { Link = user.Enabled ? await CreateLinkAsync(user, by) : null };
            }
        }

        return Taken();
    }

    /// <summary>Changes a user by a merge patch (RFC 7396). A user that is disabled is signed out everywhere.</summary>
    public async Task<UserResult> PatchAsync(
        string id, JsonObject patch, IReadOnlyCollection<string>? versions, Actor by, CancellationToken cancellation)
    {
        var result = await ChangeAsync("Change", id, versions, by, user =>
        {
            var reader = new UserMetadataReader(options);
            // Before the patch is applied, which would drop members that are null.
            reader.RefuseUnknown(patch);

            return reader.Read(MergePatch.Apply(UserMetadata.From(user).ToEditable(), patch), user) is { } changed
                ? new(changed)
                : new(null, reader.Problem);
        }, cancellation);

        if (result.User is not { } user)
        {
            return result;
        }

        if (!user.Enabled)
        {
            // Also if the user was disabled before, so that a request that failed here can be repeated.
            await store.SignOutAsync(user.Sub, CancellationToken.None);
        }

        return result with { Passkeys = await store.ListPasskeysAsync(user.Sub, cancellation) };
    }

    /// <summary>Removes a user and everything that is stored about it; also a damaged user, by its <c>sub</c>.</summary>
    public async Task<UserResult> RemoveAsync(string id, IReadOnlyCollection<string>? versions, Actor by, CancellationToken cancellation)
    {
        var result = await ChangeAsync("Removal", id, versions, by, _ => new(null), cancellation);

        // A document under an invalid sub is damaged too.
        return versions is null && result.Problem is { Kind: AdminProblemKind.Damaged or AdminProblemKind.NotFound }
            && Encoding.UTF8.GetByteCount(id) is > 0 and <= MaximumKeyLength
            && await changes.MakeAsync(
                "Removal (damaged)", by, id, null, null, () => store.RemoveDamagedAsync(id, CancellationToken.None))
                ? new(null)
                : result;
    }

    /// <summary>Creates a link for a user, so that a lost passkey can be replaced.</summary>
    public async Task<UserResult> AddLinkAsync(string id, Actor by, CancellationToken cancellation)
    {
        var found = await ReadAsync(id, cancellation);

        return found.User is not { } user ? found
            : user.Enabled ? found with { Link = await CreateLinkAsync(user, by) }
            : UserResult.Refused(AdminProblemKind.Conflict, "enabled", "is false, so that the user cannot add a passkey. Enable the user first");
    }

    public async Task<UserResult> RemovePasskeyAsync(string id, string passkeyId, Actor by, CancellationToken cancellation)
    {
        var found = await FindAsync(id, cancellation);

        return found.User is not { } user ? found
            : found.Passkeys.FirstOrDefault(passkey => passkey.Id == passkeyId) is not { } removed
                ? UserResult.Refused(AdminProblemKind.NotFound, "passkeys", "have no passkey with this ID")
            : await changes.MakeAsync(
                "Removal of a passkey", by, user.Sub, null, null, () => store.RemovePasskeyAsync(user.Sub, removed, kept: null, CancellationToken.None))
                ? found with { Passkeys = found.Passkeys.Remove(removed) }
                : Changed();
    }

    private async Task<NewLink> CreateLinkAsync(User user, Actor by)
    {
        var end = time.GetUtcNow() + EnrollmentLinks.Lifetime;
        var value = "";
        await changes.MakeAsync("New link", by, user.Sub, null, null, async () =>
        {
            value = await links.CreateAsync(user.Sub, CancellationToken.None);

            return true;
        });

        return new(user.Sub, options.Issuer + EnrollmentLinks.Path + value, end);
    }

    private async Task<UserResult> ReadAsync(string id, CancellationToken cancellation)
    {
        try
        {
            var user = User.IsSub(id) ? await store.FindAsync(id, cancellation) : await store.FindByNameAsync(id, cancellation);

            return user is null
                ? UserResult.Refused(AdminProblemKind.NotFound, UserMetadataReader.Sub, "is not the ID or the name of a user")
                : new(user);
        }
        catch (DamagedUserException damaged)
        {
            return UserResult.Refused(
                AdminProblemKind.Damaged,
                UserMetadataReader.Sub,
                $"{damaged.User.Sub} is the ID of a damaged user, which can only be removed or restored from a backup: {damaged.User.Fault}");
        }
    }

    private async Task<UserResult> ChangeAsync(
        string what,
        string id,
        IReadOnlyCollection<string>? versions,
        Actor by,
        Func<User, UserResult> change,
        CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var found = await ReadAsync(id, cancellation);

            if (found.User is not { } before)
            {
                return found;
            }

            if (versions?.Contains(before.Version) is false)
            {
                break;
            }

            var result = change(before);

            if (result.Problem is not null)
            {
                return result;
            }

            var after = result.User is null ? null : result.User with { Version = Document.NewVersion(), UpdatedAt = time.GetUtcNow() };

            if (after is not null && await store.IsNameTakenAsync(after, cancellation))
            {
                return Taken();
            }

            if (await changes.MakeAsync(what, by, before.Sub, before, after, () => after is null
                ? store.RemoveAsync(before, CancellationToken.None)
                : store.ChangeAsync(before, after, CancellationToken.None)))
            {
                return result with { User = after };
            }

            // By sub: the user may have been renamed.
            id = before.Sub;
        }

        return Changed();
    }

    private static UserResult Taken() =>
        UserResult.Refused(AdminProblemKind.Conflict, UserMetadataReader.UserName, "is taken, in this or another letter case");

    private static UserResult Changed() =>
        UserResult.Refused(AdminProblemKind.Changed, "version", "has changed. Read the user again and repeat the change");
}
