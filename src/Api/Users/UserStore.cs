using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
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

/// <summary>
/// The users and their passkeys in the document store. A user name and a credential ID have a document of their own, which is written in
/// one transaction with the user or the passkey: this makes them unique.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class UserStore(IDocumentStore documents)
{
    private const string Type = "user";
    private const string PartitionPrefix = $"{Type}#";
    private const string PasskeyPrefix = "passkey#";

    // A user has far fewer documents. All are removed with the user, in transactions of at most 100.
    private const int MaximumDocuments = 90;

    /// <summary>The partition of all documents of a user.</summary>
    public static string PartitionOf(string sub) => PartitionPrefix + sub;

    /// <exception cref="DamagedUserException">The user is damaged.</exception>
    public async Task<User?> FindAsync(string sub, CancellationToken cancellation) =>
        await documents.GetAsync(KeyOf(sub), cancellation) is { } document ? Require(Read(document)) : null;

    /// <exception cref="DamagedUserException">The user is damaged.</exception>
    public async Task<User?> FindByNameAsync(string userName, CancellationToken cancellation) =>
        User.IsUserName(userName) && await documents.GetAsync(NameKeyOf(userName), cancellation) is { } name
            ? await FindAsync(name.Json, cancellation)
            : null;

    /// <summary>The next users in the order of their <c>sub</c>, damaged ones too. A change can take a moment to appear.</summary>
    public async Task<ImmutableArray<StoredUser>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        [
            .. (await documents.ListAsync(Type, PartitionPrefix + after, limit, cancellation))
                .Where(document => document.Key.Partition.StartsWith(PartitionPrefix, StringComparison.Ordinal))
                .Select(Read),
        ];

    /// <summary>Adds a user. Returns false if the user name is taken.</summary>
    public Task<bool> AddAsync(User user, CancellationToken cancellation) => documents.WriteAsync(
        [new DocumentWrite.Add(DocumentOf(user)), new DocumentWrite.Add(NameOf(user))], cancellation);

    /// <summary>Replaces a user. Returns false if it has been changed since <paramref name="before"/> was read, or if a new name is taken.</summary>
    public Task<bool> ChangeAsync(User before, User after, CancellationToken cancellation)
    {
        DocumentWrite change = new DocumentWrite.Replace(DocumentOf(after), before.Version);

        return NameKeyOf(before.UserName) == NameKeyOf(after.UserName)
            ? documents.WriteAsync([change], cancellation)
            : documents.WriteAsync(
                [change, new DocumentWrite.Delete(NameKeyOf(before.UserName), before.Sub), new DocumentWrite.Add(NameOf(after))],
                cancellation);
    }

    /// <summary>
    /// Removes a user and everything that is stored about it. Returns false if the user has been changed since it was read. What else is
    /// in the partition is removed first, so that a removal that stops halfway can be repeated.
    /// </summary>
    public async Task<bool> RemoveAsync(User user, CancellationToken cancellation)
    {
        foreach (var prefix in (string[])["consent#", "family#", "session#", PasskeyPrefix])
        {
            while (await documents.QueryAsync(PartitionOf(user.Sub), prefix, MaximumDocuments / 2, cancellation) is { Length: > 0 } found)
            {
                ImmutableArray<DocumentWrite> writes =
                [
                    .. found.Select(document => new DocumentWrite.Delete(document.Key, document.Version)),
                    .. prefix is PasskeyPrefix
                        ? found.Select(document => new DocumentWrite.Delete(
                            CredentialKeyOf(document.Key.Sort[PasskeyPrefix.Length..]), user.Sub))
                        : [],
                ];

                if (!await documents.WriteAsync(writes, cancellation))
                {
                    return false;
                }
            }
        }

        return await documents.WriteAsync(
            [
                new DocumentWrite.Delete(KeyOf(user.Sub), user.Version),
                new DocumentWrite.Delete(NameKeyOf(user.UserName), user.Sub),
            ],
            cancellation);
    }

    /// <summary>The passkeys of a user that are not damaged, oldest first.</summary>
    public async Task<ImmutableArray<Passkey>> ListPasskeysAsync(string sub, CancellationToken cancellation) =>
        [
            .. (await documents.QueryAsync(PartitionOf(sub), PasskeyPrefix, MaximumDocuments, cancellation))
                .Select(ReadPasskey).OfType<Passkey>().OrderBy(passkey => passkey.CreatedAt),
        ];

    /// <summary>The passkey with this credential ID and the <c>sub</c> of its user; null if there is none.</summary>
    public async Task<(string Sub, Passkey Passkey)?> FindPasskeyAsync(byte[] credentialId, CancellationToken cancellation)
    {
        var hash = HashOf(credentialId);

        return await documents.GetAsync(CredentialKeyOf(hash), cancellation) is { Json: var sub }
            && await documents.GetAsync(new(PartitionOf(sub), PasskeyPrefix + hash), cancellation) is { } document
            && ReadPasskey(document) is { } passkey
            && passkey.CredentialId.AsSpan().SequenceEqual(credentialId)
                ? (sub, passkey)
                : null;
    }

    /// <summary>Adds a passkey. Returns false if its credential ID is in use.</summary>
    public Task<bool> AddPasskeyAsync(string sub, Passkey passkey, CancellationToken cancellation)
    {
        var document = DocumentOf(sub, passkey);

        return documents.WriteAsync(
            [
                new DocumentWrite.Add(document),
                new DocumentWrite.Add(new(CredentialKeyOf(document.Key.Sort[PasskeyPrefix.Length..]), sub) { Version = sub }),
            ],
            cancellation);
    }

    /// <summary>Replaces a passkey. Returns false if it has been changed since <paramref name="before"/> was read, or is gone.</summary>
    public Task<bool> ChangePasskeyAsync(string sub, Passkey before, Passkey after, CancellationToken cancellation) =>
        documents.WriteAsync([new DocumentWrite.Replace(DocumentOf(sub, after), before.Version)], cancellation);

    public Task<bool> RemovePasskeyAsync(string sub, Passkey passkey, CancellationToken cancellation)
    {
        var key = DocumentOf(sub, passkey).Key;

        return documents.WriteAsync(
            [
                new DocumentWrite.Delete(key, passkey.Version),
                new DocumentWrite.Delete(CredentialKeyOf(key.Sort[PasskeyPrefix.Length..]), sub),
            ],
            cancellation);
    }

    private static DocumentKey KeyOf(string sub) => new(PartitionOf(sub), Type);

    private static DocumentKey NameKeyOf(string userName) => new($"username#{User.Normalize(userName)}", "username");

    private static DocumentKey CredentialKeyOf(string hash) => new($"credential#{hash}", "credential");

    // The credential ID is chosen by the authenticator and can be longer than a key.
    private static string HashOf(ReadOnlySpan<byte> credentialId) => Base64Url.EncodeToString(SHA256.HashData(credentialId));

    private static Document DocumentOf(User user) => new(KeyOf(user.Sub), UserDocument.Write(user)) { Version = user.Version, List = Type };

    // The version is the owner, so that only the owner's name is deleted.
    private static Document NameOf(User user) => new(NameKeyOf(user.UserName), user.Sub) { Version = user.Sub };

    private static Document DocumentOf(string sub, Passkey passkey) =>
        new(new(PartitionOf(sub), PasskeyPrefix + HashOf(passkey.CredentialId.AsSpan())), PasskeyDocument.Write(passkey)) { Version = passkey.Version };

    private static User Require(StoredUser stored) => stored.User ?? throw new DamagedUserException(stored);

    private static StoredUser Read(Document document)
    {
        var sub = document.Key.Partition[PartitionPrefix.Length..];

        try
        {
            return new(sub, UserDocument.Parse(sub, document.Json, document.Version));
        }
        catch (FormatException exception)
        {
            return new(sub, null, exception.Message);
        }
    }

    private static Passkey? ReadPasskey(Document document)
    {
        try
        {
            var passkey = PasskeyDocument.Parse(document.Json, document.Version);

            return document.Key.Sort == PasskeyPrefix + HashOf(passkey.CredentialId.AsSpan()) ? passkey : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
