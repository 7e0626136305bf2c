using Api.Storage;

namespace Api.Users;

/// <summary>A stored user, or the <c>sub</c> of a damaged one and its fault.</summary>
internal sealed record StoredUser(string Sub, User? User, string? Fault = null);

/// <summary>One user cannot be used. The others are not affected.</summary>
internal sealed class DamagedUserException(StoredUser user)
    : StorageException($"The user {user.Sub} is damaged: {user.Fault}. Restore it from a backup, or remove it.")
{
    public StoredUser User => user;
}
