using System.Text.Json;
using Api.Foundation;
using Api.Storage;

namespace Api.Users;

/// <summary>
/// One-time links that let their holder add a passkey to a user. The link is <c>{issuer}/enroll/{value}</c>. Only the hash of the value is
/// stored.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class EnrollmentLinks(IDocumentStore documents, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The lifetime of a link for a user that is not stored yet.</summary>
    public static readonly TimeSpan SignUpLifetime = TimeSpan.FromMinutes(10);

    /// <summary>The path of the page of a link, relative to the issuer.</summary>
    public const string Path = "/enroll/";

    /// <summary>Creates a link and returns its value, which is not stored.</summary>
    public Task<string> CreateAsync(string sub, CancellationToken cancellation) =>
        CreateAsync(new EnrollmentLinkDocument(sub, IsUsed: false), Lifetime, cancellation);

    /// <summary>Creates a link for a user that is not stored yet.</summary>
    public Task<string> CreateAsync(User newUser, CancellationToken cancellation) => CreateAsync(
        new EnrollmentLinkDocument(newUser.Sub, IsUsed: false, newUser.UserName, newUser.Name), SignUpLifetime, cancellation);

    /// <summary>The <c>sub</c> of the link's user; null if the link is unknown, used or expired. The link can still be used.</summary>
    public async Task<string?> FindAsync(string value, CancellationToken cancellation) => (await FindLinkAsync(value, cancellation))?.Sub;

    /// <summary>The link; null if it is unknown, used or expired. It can still be used.</summary>
    public async Task<EnrollmentLinkDocument?> FindLinkAsync(string value, CancellationToken cancellation) =>
        (await ReadAsync(value, cancellation)).Link is { IsUsed: false } link ? link : null;

    /// <summary>Uses the link. Of all callers, only one gets the <c>sub</c>; the others get null.</summary>
    public async Task<string?> ConsumeAsync(string value, CancellationToken cancellation) => (await ConsumeLinkAsync(value, cancellation))?.Sub;

    /// <summary>Uses the link. Of all callers, only one gets it; the others get null.</summary>
    public async Task<EnrollmentLinkDocument?> ConsumeLinkAsync(string value, CancellationToken cancellation) =>
        await ReadAsync(value, cancellation) is { Document: { } document, Link: { IsUsed: false } link }
        // A new version: only one replacement succeeds, where several deletions would.
        && await documents.WriteAsync(
            [new DocumentWrite.Replace(DocumentOf(value, link with { IsUsed = true }, document.ExpiresAt), document.Version)], cancellation)
            ? link
            : null;

    private async Task<string> CreateAsync(EnrollmentLinkDocument link, TimeSpan lifetime, CancellationToken cancellation)
    {
        var value = OpaqueToken.Generate();
        await documents.WriteAsync([new DocumentWrite.Add(DocumentOf(value, link, time.GetUtcNow() + lifetime))], cancellation);

        return value;
    }

    private async Task<(Document? Document, EnrollmentLinkDocument? Link)> ReadAsync(string value, CancellationToken cancellation)
    {
        if (!OpaqueToken.IsWellFormed(value) || await documents.GetAsync(KeyOf(value), cancellation) is not { } document)
        {
            return default;
        }

        try
        {
            var link = UserJson.Read(document.Json, UserJson.Default.EnrollmentLinkDocument);

            return document.ExpiresAt is not null
                && User.IsSub(link.Sub)
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

    private static DocumentKey KeyOf(string value) => new($"link#{OpaqueToken.Hash(value)}", "link");

    private static Document DocumentOf(string value, EnrollmentLinkDocument link, DateTimeOffset? end) =>
        new(KeyOf(value), JsonSerializer.Serialize(link, UserJson.Default.EnrollmentLinkDocument)) { ExpiresAt = end };
}

/// <summary>A stored link. It stays after its use until it expires.</summary>
/// <param name="Sub">The user who gets the passkey.</param>
/// <param name="IsUsed">Whether it was used.</param>
/// <param name="NewUserName">The user name of a user that is stored when the link is used; null: the user exists.</param>
/// <param name="NewName">The full name of such a user; null: unknown.</param>
internal sealed record EnrollmentLinkDocument(string Sub, bool IsUsed, string? NewUserName = null, string? NewName = null);
