using System.Text.Json;
using Api.Foundation;
using Api.Storage;

namespace Api.Users;

/// <summary>
/// One-time links that let their holder add a passkey to a user. The link is <c>{issuer}/enroll/{value}</c>, the value <c>sub.random</c>,
/// so that one read finds the link. Only the hash of the random part is stored. A user has one link: a new one replaces it.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class EnrollmentLinks(IDocumentStore documents, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The lifetime of a link for a user that is not stored yet.</summary>
    public static readonly TimeSpan SignUpLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The path of the page of a link, relative to the issuer.</summary>
    public const string Path = "/enroll/";

    // An attempt fails only if another link of the user was created or used at the same time.
    private const int MaximumAttempts = 10;

    /// <summary>Creates a link and returns its value, which is not stored.</summary>
    public Task<string> CreateAsync(string sub, CancellationToken cancellation) =>
        CreateAsync(hash => new(sub, hash, IsUsed: false), Lifetime, cancellation);

    /// <summary>Creates a link for a user that is not stored yet.</summary>
    public Task<string> CreateAsync(User newUser, CancellationToken cancellation) =>
        CreateAsync(hash => new(newUser.Sub, hash, IsUsed: false, newUser.UserName, newUser.Name), SignUpLifetime, cancellation);

    /// <summary>The link; null if it is unknown, used, replaced or expired. It can still be used.</summary>
    public async Task<EnrollmentLink?> FindAsync(string value, CancellationToken cancellation) =>
        (await ReadAsync(value, cancellation)).Link is { IsUsed: false } link ? link : null;

    /// <summary>Uses the link. Of all callers, only one gets it; the others get null.</summary>
    public async Task<EnrollmentLink?> ConsumeAsync(string value, CancellationToken cancellation) =>
        await ReadAsync(value, cancellation) is { Document: { } document, Link: { IsUsed: false } link }
        // A new version: only one replacement succeeds, where several deletions would.
        && await documents.WriteAsync(
            [new DocumentWrite.Replace(DocumentOf(link with { IsUsed = true }, document.ExpiresAt), document.Version)], cancellation)
            ? link
            : null;

    private async Task<string> CreateAsync(Func<string, EnrollmentLink> create, TimeSpan lifetime, CancellationToken cancellation)
    {
        var random = OpaqueToken.Generate();
        var next = DocumentOf(create(OpaqueToken.Hash(random)), time.GetUtcNow() + lifetime);

        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var before = await documents.GetAsync(next.Key, cancellation);

            if (await documents.WriteAsync(
                [before is null ? new DocumentWrite.Add(next) : new DocumentWrite.Replace(next, before.Version)], cancellation))
            {
                return $"{create("").Sub}.{random}";
            }
        }

        throw new StorageException("A link could not be stored, because other links of the user were created at the same time. Repeat the request.");
    }

    private async Task<(Document? Document, EnrollmentLink? Link)> ReadAsync(string value, CancellationToken cancellation)
    {
        if (value.Split('.', 3) is not [var sub, var random]
            || !User.IsSub(sub)
            || !OpaqueToken.IsWellFormed(random)
            || await documents.GetAsync(KeyOf(sub), cancellation) is not { } document)
        {
            return default;
        }

        try
        {
            var link = UserJson.Read(document.Json, UserJson.Default.EnrollmentLink);

            return document.ExpiresAt is not null
                && link.Sub == sub
                && OpaqueToken.HasHash(random, link.Hash)
                && (link.NewUserName is null || User.IsUserName(link.NewUserName))
                && (link.NewName is null || User.IsName(link.NewName))
                    ? (document, link)
                    : default;
        }
        catch (FormatException)
        {
            // A damaged link is like an unknown one: an administrator creates another.
            return default;
        }
    }

    private static DocumentKey KeyOf(string sub) => new(UserStore.PartitionOf(sub), UserStore.LinkKey);

    private static Document DocumentOf(EnrollmentLink link, DateTimeOffset? end) =>
        new(KeyOf(link.Sub), JsonSerializer.Serialize(link, UserJson.Default.EnrollmentLink)) { ExpiresAt = end };
}

/// <summary>A link. It stays stored after its use until it expires.</summary>
/// <param name="Sub">The user who gets the passkey.</param>
/// <param name="Hash">The hash of the random part of the link.</param>
/// <param name="IsUsed">Whether it was used.</param>
/// <param name="NewUserName">The user name of a user that is stored when the link is used; null: the user exists.</param>
/// <param name="NewName">The full name of such a user; null: unknown.</param>
internal sealed record EnrollmentLink(string Sub, string Hash, bool IsUsed, string? NewUserName = null, string? NewName = null);
