using System.Collections.Immutable;
using System.Security.Cryptography;
using Api.Configuration;
using Api.Foundation;
using Api.Storage;
using Api.Users;

namespace Api.Sessions;

/// <summary>
/// The browser sessions in the document store. The value of a cookie is <c>sub.random</c>, so that one read finds the session. Only the
/// hash of the random part is stored.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class SessionStore(IDocumentStore documents, AuthorizationServerOptions options, TimeProvider time)
{
    /// <summary>A sign-in beyond it ends the session that was not used for the longest time.</summary>
    public const int MaximumSessions = 50;

    // More than a user has, also when several sign-ins add sessions at the same time.
    private const int PageSize = 2 * MaximumSessions;

    // An attempt fails only if a session was used at the same time.
    private const int MaximumAttempts = 10;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // A session is written once a day at most. With a short lifetime, it is extended more often.
    private TimeSpan ExtensionInterval => options.SessionLifetime / 10 < Day ? options.SessionLifetime / 10 : Day;

    /// <summary>Creates a session for a user that has just used a passkey. The value of the cookie is not stored.</summary>
    public async Task<(Session Session, string CookieValue)> CreateAsync(string sub, string? userAgent, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var random = OpaqueToken.Generate();
        var session = new Session
        {
            Id = OpaqueToken.Hash(random),
            Sub = sub,
            Sid = RandomNumberGenerator.GetHexString(32, lowercase: true),
            AuthenticatedAt = now,
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = EndOf(now),
            UserAgent = Printable(userAgent),
        };

        foreach (var surplus in (await ListAsync(sub, cancellation)).Skip(MaximumSessions - 1))
        {
            await EndAsync(surplus, cancellation);
        }

        await documents.WriteAsync([new DocumentWrite.Add(SessionDocument.Write(session))], cancellation);

        return (session, $"{sub}.{random}");
    }

    /// <summary>The live session of a cookie's value; null if there is none.</summary>
    public async Task<Session?> FindAsync(string cookieValue, CancellationToken cancellation) =>
        cookieValue.Split('.', 3) is [var sub, var random]
        && User.IsSub(sub)
        && OpaqueToken.IsWellFormed(random)
        && await documents.GetAsync(SessionDocument.KeyOf(sub, OpaqueToken.Hash(random)), cancellation) is { } document
            ? LiveOrNull(document)
            : null;

    /// <summary>The live session of a user with this ID; null if there is none.</summary>
    public async Task<Session?> FindAsync(string sub, string id, CancellationToken cancellation) =>
        OpaqueToken.IsWellFormed(id) && await documents.GetAsync(SessionDocument.KeyOf(sub, id), cancellation) is { } document
            ? LiveOrNull(document)
            : null;

    /// <summary>
    /// Extends a session whose last extension is long enough ago. Returns the session as it is then, or null if it does not need it. A
    /// session that has ended in the meantime stays ended.
    /// </summary>
    public async Task<Session?> ExtendAsync(Session session, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();

        if (now - session.LastUsedAt < ExtensionInterval)
        {
            return null;
        }

        var extended = session with { LastUsedAt = now, ExpiresAt = EndOf(now), Version = Document.NewVersion() };

        return await documents.WriteAsync(
            [new DocumentWrite.Replace(SessionDocument.Write(extended), session.Version)], cancellation) ? extended : null;
    }

    /// <summary>Ends a session.</summary>
    public async Task EndAsync(Session session, CancellationToken cancellation)
    {
        var key = SessionDocument.KeyOf(session.Sub, session.Id);

        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            if (await documents.GetAsync(key, cancellation) is not { } document
                || await documents.WriteAsync([new DocumentWrite.Delete(key, document.Version)], cancellation))
            {
                return;
            }
        }

        throw new StorageException("A session could not be ended, because it was changed at the same time. Repeat the request.");
    }

    /// <summary>The live sessions of a user, the last used first. Damaged ones are omitted.</summary>
    public async Task<ImmutableArray<Session>> ListAsync(string sub, CancellationToken cancellation) =>
        [
            .. (await documents.QueryAsync(UserStore.PartitionOf(sub), SessionDocument.Prefix, PageSize, cancellation))
                .Select(LiveOrNull).OfType<Session>().OrderByDescending(session => session.LastUsedAt),
        ];

    /// <summary>Ends all sessions of a user, damaged ones too.</summary>
    public Task EndAllAsync(string sub, CancellationToken cancellation) =>
        documents.DeleteAllAsync(UserStore.PartitionOf(sub), SessionDocument.Prefix, also: null, cancellation);

    // Also if the setting was a longer one when the session was last extended.
    private Session? LiveOrNull(Document document) =>
        SessionDocument.Read(document) is { } session && time.GetUtcNow() < EndOf(session.LastUsedAt) ? session : null;

    // In whole seconds, as the document store keeps it.
    private DateTimeOffset EndOf(DateTimeOffset lastUsed) =>
        Document.ExpiryAt(lastUsed.ToUnixTimeSeconds() + (long)options.SessionLifetime.TotalSeconds);

    private static string? Printable(string? userAgent) => string.IsNullOrWhiteSpace(userAgent) ? null : string.Concat(
        userAgent.Take(Session.MaximumUserAgentLength).Select(character => character is >= ' ' and <= '~' ? character : '?'));
}
