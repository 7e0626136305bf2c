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

    /// <summary>The path of the page of a link, relative to the issuer.</summary>
    public const string Path = "/enroll/";

    /// <summary>Creates a link and returns its value, which is not stored.</summary>
    public async Task<string> CreateAsync(string sub, CancellationToken cancellation)
    {
        var value = OpaqueToken.Generate();
        await documents.WriteAsync([new DocumentWrite.Add(DocumentOf(value, new(sub, IsUsed: false), time.GetUtcNow() + Lifetime))], cancellation);

        return value;
    }

    /// <summary>The <c>sub</c> of the link's user; null if the link is unknown, used or expired. The link can still be used.</summary>
    public async Task<string?> FindAsync(string value, CancellationToken cancellation) =>
        (await ReadAsync(value, cancellation)).Link is { IsUsed: false } link ? link.Sub : null;

    /// <summary>Uses the link. Of all callers, only one gets the <c>sub</c>; the others get null.</summary>
    public async Task<string?> ConsumeAsync(string value, CancellationToken cancellation) =>
        await ReadAsync(value, cancellation) is { Document: { } document, Link: { IsUsed: false } link }
        // A new version: only one replacement succeeds, where several deletions would.
        && await documents.WriteAsync(
            [new DocumentWrite.Replace(DocumentOf(value, link with { IsUsed = true }, document.ExpiresAt), document.Version)], cancellation)
            ? link.Sub
            : null;

    private async Task<(Document? Document, EnrollmentLinkDocument? Link)> ReadAsync(string value, CancellationToken cancellation)
    {
        if (!OpaqueToken.IsWellFormed(value) || await documents.GetAsync(KeyOf(value), cancellation) is not { } document)
        {
            return default;
        }

        try
        {
            var link = UserJson.Read(document.Json, UserJson.Default.EnrollmentLinkDocument);

            return document.ExpiresAt is not null && User.IsSub(link.Sub) ? (document, link) : default;
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
internal sealed record EnrollmentLinkDocument(string Sub, bool IsUsed);
