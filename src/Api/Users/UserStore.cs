using System.Collections.Immutable;
using Api.Storage;

namespace Api.Users;

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

    /// <summary>The start of the sort keys of browser sessions in the partition of their user.</summary>
    public const string SessionPrefix = "session#";

    /// <summary>The start of the sort keys of what a user has allowed clients.</summary>
    public const string ConsentPrefix = "consent#";

    /// <summary>The sort key of the one-time link of a user.</summary>
    public const string LinkKey = "link";

    // What lets somebody sign in or act as the user. It ends when the user is disabled.
    private static readonly ImmutableArray<string> SignInPrefixes = [SessionPrefix, LinkKey];

    /// <summary>The partition of all documents of a user.</summary>
    public static string PartitionOf(string sub) => PartitionPrefix + sub;

    /// <exception cref="DamagedUserException">The user is damaged.</exception>
    public async Task<User?> FindAsync(string sub, CancellationToken cancellation) =>
        User.IsSub(sub) && await documents.GetAsync(KeyOf(sub), cancellation) is { } document ? Require(Read(document)) : null;

    /// <exception cref="DamagedUserException">The user is damaged.</exception>
    public async Task<User?> FindByNameAsync(string userName, CancellationToken cancellation) =>
        User.IsUserName(userName)
        && await documents.GetAsync(NameKeyOf(userName), cancellation) is { } name
        && await FindAsync(name.Json, cancellation) is { } user
        // A damaged name must not lead to another user.
        && NameKeyOf(user.UserName) == name.Key
            ? user
            : null;

    /// <summary>The next users in the order of their <c>sub</c>, damaged ones too. A change can take a moment to appear.</summary>
    public async Task<ImmutableArray<StoredUser>> ListAsync(string? after, int limit, CancellationToken cancellation) =>
        [
            .. (await documents.ListAsync(Type, PartitionPrefix + after, limit, cancellation))
                .Where(document => document.Key.Partition.StartsWith(PartitionPrefix, StringComparison.Ordinal))
                .Select(Read),
        ];

    /// <summary>Whether another user has the user name, in any case.</summary>
    public async Task<bool> IsNameTakenAsync(User user, CancellationToken cancellation) =>
        await FindNameAsync(user, cancellation) is (_, IsAbandoned: false);

    /// <summary>Adds a user. Returns false if the user name is taken.</summary>
    public async Task<bool> AddAsync(User user, CancellationToken cancellation) =>
        await documents.WriteAsync([new DocumentWrite.Add(DocumentOf(user)), new DocumentWrite.Add(NameOf(user))], cancellation)
        || (await FindAbandonedNameAsync(user, cancellation) is { } abandoned
            && await documents.WriteAsync(
                [new DocumentWrite.Add(DocumentOf(user)), new DocumentWrite.Replace(NameOf(user), abandoned.Version)], cancellation));

    /// <summary>Replaces a user. Returns false if it has been changed since <paramref name="before"/> was read, or if a new name is taken.</summary>
    /// <param name="before">The user as it was read.</param>
    /// <param name="after">The user with a new version.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public async Task<bool> ChangeAsync(User before, User after, CancellationToken cancellation)
    {
        DocumentWrite change = new DocumentWrite.Replace(DocumentOf(after), before.Version);

        if (NameKeyOf(before.UserName) == NameKeyOf(after.UserName))
        {
            return await documents.WriteAsync([change], cancellation);
        }

        var release = await RemovalOfOwnAsync(NameKeyOf(before.UserName), before.Sub, cancellation);

        return await documents.WriteAsync([change, .. release, new DocumentWrite.Add(NameOf(after))], cancellation)
            || (await FindAbandonedNameAsync(after, cancellation) is { } abandoned
                && await documents.WriteAsync(
                    [change, .. release, new DocumentWrite.Replace(NameOf(after), abandoned.Version)], cancellation));
    }

    /// <summary>Ends all sessions and the one-time link of a user.</summary>
    public async Task SignOutAsync(string sub, CancellationToken cancellation)
    {
        foreach (var prefix in SignInPrefixes)
        {
            await documents.DeleteAllAsync(PartitionOf(sub), prefix, also: null, cancellation);
        }
    }

    /// <summary>
    /// Removes a user and everything that is stored about it. Returns false if the user has been changed since it was read. A removal that
    /// stops halfway can be repeated.
    /// </summary>
    public async Task<bool> RemoveAsync(User user, CancellationToken cancellation)
    {
        // A disabled user gets no new session and no new passkey while the others are removed.
        var disabled = user with { Enabled = false, Version = Document.NewVersion() };

        if (!await documents.WriteAsync([new DocumentWrite.Replace(DocumentOf(disabled), user.Version)], cancellation))
        {
            return false;
        }

        await RemoveAllOfAsync(user.Sub, cancellation);

        return await documents.WriteAsync(
            [
                new DocumentWrite.Delete(KeyOf(user.Sub), disabled.Version),
                .. await RemovalOfOwnAsync(NameKeyOf(user.UserName), user.Sub, cancellation),
            ],
            cancellation);
    }

    /// <summary>
    /// Removes a damaged user. Returns false if there is none, or if it is not damaged. Its user name can then be given to another user.
    /// </summary>
    public async Task<bool> RemoveDamagedAsync(string sub, CancellationToken cancellation)
    {
        if (await documents.GetAsync(KeyOf(sub), cancellation) is not { } document || Read(document).User is not null)
        {
            return false;
        }

        await RemoveAllOfAsync(sub, cancellation);

        return await documents.WriteAsync([new DocumentWrite.Delete(document.Key, document.Version)], cancellation);
    }

    /// <summary>The passkeys of a user that are not damaged, oldest first.</summary>
    public async Task<ImmutableArray<Passkey>> ListPasskeysAsync(string sub, CancellationToken cancellation) =>
        [
            .. (await documents.QueryAsync(PartitionOf(sub), PasskeyPrefix, 2 * User.MaximumPasskeys, cancellation))
                .Select(ReadPasskey).OfType<Passkey>().OrderBy(passkey => passkey.CreatedAt),
        ];

    /// <summary>The passkey with this credential ID and the <c>sub</c> of its user; null if there is none.</summary>
    public async Task<(string Sub, Passkey Passkey)?> FindPasskeyAsync(byte[] credentialId, CancellationToken cancellation)
    {
        var id = Passkey.IdOf(credentialId);

        return await documents.GetAsync(CredentialKeyOf(id), cancellation) is { Json: var sub }
            && User.IsSub(sub)
            && await documents.GetAsync(new(PartitionOf(sub), PasskeyPrefix + id), cancellation) is { } document
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
            [new DocumentWrite.Add(document), new DocumentWrite.Add(new(CredentialKeyOf(document.Key), sub) { Version = sub })], cancellation);
    }

    /// <summary>Replaces a passkey. Returns false if it has been changed since <paramref name="before"/> was read, or is gone.</summary>
    public Task<bool> ChangePasskeyAsync(string sub, Passkey before, Passkey after, CancellationToken cancellation) =>
        documents.WriteAsync([new DocumentWrite.Replace(DocumentOf(sub, after), before.Version)], cancellation);

    /// <summary>Removes a passkey. Returns false if it, or one that must be kept, has been changed or removed since it was read.</summary>
    public async Task<bool> RemovePasskeyAsync(string sub, Passkey passkey, Passkey? kept, CancellationToken cancellation)
    {
        var key = DocumentOf(sub, passkey).Key;
        DocumentWrite[] unchanged =
            kept is null ? [] : [new DocumentWrite.Replace(DocumentOf(sub, kept with { Version = Document.NewVersion() }), kept.Version)];

        return await documents.WriteAsync(
            [new DocumentWrite.Delete(key, passkey.Version), .. unchanged, .. await RemovalOfOwnAsync(CredentialKeyOf(key), sub, cancellation)],
            cancellation);
    }

    // What is in the partition, and the credentials that refer to it.
    private async Task RemoveAllOfAsync(string sub, CancellationToken cancellation)
    {
        await SignOutAsync(sub, cancellation);
        await documents.DeleteAllAsync(PartitionOf(sub), ConsentPrefix, also: null, cancellation);
        await documents.DeleteAllAsync(
            PartitionOf(sub), PasskeyPrefix, passkey => RemovalOfOwnAsync(CredentialKeyOf(passkey.Key), sub, cancellation), cancellation);
    }

    // A name stays behind if a damaged user is removed, because that user's name cannot be read.
    private async Task<Document?> FindAbandonedNameAsync(User user, CancellationToken cancellation) =>
        await FindNameAsync(user, cancellation) is (var name, IsAbandoned: true) ? name : null;

    private async Task<(Document Name, bool IsAbandoned)?> FindNameAsync(User user, CancellationToken cancellation) =>
        await documents.GetAsync(NameKeyOf(user.UserName), cancellation) is { } name && name.Json != user.Sub
            ? (name, !User.IsSub(name.Json) || await documents.GetAsync(KeyOf(name.Json), cancellation) is null)
            : null;

    // If the document was damaged and belongs to another user now, it stays, and does not keep this user from being removed.
    private async Task<ImmutableArray<DocumentWrite>> RemovalOfOwnAsync(DocumentKey key, string sub, CancellationToken cancellation) =>
        await documents.GetAsync(key, cancellation) is { Version: var owner } && owner == sub ? [new DocumentWrite.Delete(key, sub)] : [];

    private static DocumentKey KeyOf(string sub) => new(PartitionOf(sub), Type);

    private static DocumentKey NameKeyOf(string userName) => new($"username#{User.Normalize(userName)}", "username");

    private static DocumentKey CredentialKeyOf(DocumentKey passkey) => CredentialKeyOf(passkey.Sort[PasskeyPrefix.Length..]);

    private static DocumentKey CredentialKeyOf(string id) => new($"credential#{id}", "credential");

    private static Document DocumentOf(User user) => new(KeyOf(user.Sub), UserDocument.Write(user)) { Version = user.Version, List = Type };

    // The version is the owner, so that only the owner's name is deleted.
    private static Document NameOf(User user) => new(NameKeyOf(user.UserName), user.Sub) { Version = user.Sub };

    private static Document DocumentOf(string sub, Passkey passkey) =>
        new(new(PartitionOf(sub), PasskeyPrefix + passkey.Id), PasskeyDocument.Write(passkey)) { Version = passkey.Version };

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

            return document.Key.Sort == PasskeyPrefix + passkey.Id ? passkey : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
