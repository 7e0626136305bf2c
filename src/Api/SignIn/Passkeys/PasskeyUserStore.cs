using Api.Users;
using Microsoft.AspNetCore.Identity;

namespace Api.SignIn.Passkeys;

/// <summary>The users and passkeys as the framework's <see cref="PasskeyHandler{TUser}"/> reads them. It writes none.</summary>
internal sealed class PasskeyUserStore(UserStore users) : IUserPasskeyStore<User>
{
    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Sub);

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UserName);

    // The browser sends the ID. A damaged user is unknown, because another response would tell that it exists.
    public async Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken)
    {
        try
        {
            return User.IsSub(userId) ? await users.FindAsync(userId, cancellationToken) : null;
        }
        catch (DamagedUserException)
        {
            return null;
        }
    }

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(User user, CancellationToken cancellationToken) =>
        [.. (await users.ListPasskeysAsync(user.Sub, cancellationToken)).Select(InfoOf)];

    public async Task<User?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        await users.FindPasskeyAsync(credentialId, cancellationToken) is { } found ? await FindByIdAsync(found.Sub, cancellationToken) : null;

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) =>
        await users.FindPasskeyAsync(credentialId, cancellationToken) is { } found && found.Sub == user.Sub ? InfoOf(found.Passkey) : null;

    public void Dispose()
    {
    }

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task AddOrUpdatePasskeyAsync(User user, UserPasskeyInfo passkey, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task RemovePasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();

    // No attestation is requested, so none is stored.
    private static UserPasskeyInfo InfoOf(Passkey passkey) => new(
        [.. passkey.CredentialId],
        [.. passkey.PublicKey],
        passkey.CreatedAt,
        passkey.SignCount,
        [.. passkey.Transports],
        isUserVerified: true,
        passkey.IsBackupEligible,
        passkey.IsBackedUp,
        [],
        []);
}
