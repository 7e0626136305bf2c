using System.Collections.Immutable;
using Api.Configuration;
using Api.Storage;
using Api.Users;

namespace Api.Sessions.Families;

/// <summary>
/// The token families in the document store, in the partition of their user. A family without <c>offline_access</c> ends with its session.
/// </summary>
/// <exception cref="StorageException">The document store is unavailable.</exception>
internal sealed class TokenFamilyStore(IDocumentStore documents, SessionStore sessions, AuthorizationServerOptions options, TimeProvider time)
{
    /// <summary>A sign-in beyond it ends another family. See <see cref="MakeRoomAsync"/>.</summary>
    public const int MaximumFamilies = 50;

    // More than a user has, also when several sign-ins add families at the same time.
    private const int PageSize = 2 * MaximumFamilies;

    // An attempt fails only if the family was used at the same time.
    private const int MaximumAttempts = 10;

    /// <summary>When a family ends that was used at this time: after its lifetime, or earlier without use.</summary>
    public DateTimeOffset EndOf(DateTimeOffset createdAt, DateTimeOffset lastUsedAt)
    {
        var absolute = createdAt.ToUnixTimeSeconds() + (long)options.RefreshTokenLifetime.TotalSeconds;
        var idle = lastUsedAt.ToUnixTimeSeconds() + (long)options.RefreshTokenIdleLifetime.TotalSeconds;

        // In whole seconds, as the document store keeps it.
        return Document.ExpiryAt(Math.Min(absolute, idle));
    }

    /// <summary>The family of a user with this ID; null if there is none. Its session may have ended.</summary>
    public async Task<TokenFamily?> FindAsync(string sub, string id, CancellationToken cancellation) =>
        User.IsSub(sub)
        && TokenFamily.IsId(id)
        && await documents.GetAsync(TokenFamilyDocument.KeyOf(sub, id), cancellation) is { } document
            ? LiveOrNull(document)
            : null;

    /// <summary>The same, if its session is live or not needed.</summary>
    public async Task<TokenFamily?> FindLiveAsync(string sub, string id, CancellationToken cancellation)
    {
        if (await FindAsync(sub, id, cancellation) is not { } family)
        {
            return null;
        }

        if (await HasSessionAsync(family, cancellation))
        {
            return family;
        }

        // The user may have signed in again at this moment. The family then has another session.
        return await FindAsync(sub, id, cancellation) is { } moved
            && moved.SessionId != family.SessionId
            && await HasSessionAsync(moved, cancellation)
                ? moved
                : null;
    }

    /// <summary>The families of a user, the last used first. Damaged ones, and those whose session has ended, are omitted.</summary>
    public async Task<ImmutableArray<TokenFamily>> ListAsync(string sub, CancellationToken cancellation) =>
        await SelectLiveAsync(sub, await ListAllAsync(sub, cancellation), cancellation);

    /// <summary>The write that adds a family, for a transaction.</summary>
    public static DocumentWrite AdditionOf(TokenFamily family) => new DocumentWrite.Add(TokenFamilyDocument.Write(family));

    /// <summary>
    /// Makes room for another family of a user, if needed: ends those whose session has ended, and then the oldest ones of the clients that
    /// have the most. A client to which the user signs in again and again does not end the sign-ins to others.
    /// </summary>
    public async Task MakeRoomAsync(string sub, CancellationToken cancellation)
    {
        var all = await ListAllAsync(sub, cancellation);

        if (all.Length < MaximumFamilies)
        {
            return;
        }

        var kept = (await SelectLiveAsync(sub, all, cancellation))
            .GroupBy(family => family.ClientId, StringComparer.Ordinal)
            .SelectMany(ofClient => ofClient.Select((family, rank) => (family.Id, Rank: rank)))
            .OrderBy(family => family.Rank)
            .Take(MaximumFamilies - 1)
            .Select(family => family.Id)
            .ToHashSet(StringComparer.Ordinal);

        foreach (var surplus in all.Where(family => !kept.Contains(family.Id)))
        {
            await EndAsync(sub, surplus.Id, CancellationToken.None);
        }
    }

    /// <summary>Uses a refresh token of a family. Of all callers with the same token, all get the same successor.</summary>
    public async Task<RefreshOutcome> UseAsync(TokenFamily family, RefreshToken presented, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var now = time.GetUtcNow();
            var outcome = family.Use(presented, now);

            if (outcome is RefreshOutcome.Stolen)
            {
                await EndAsync(family.Sub, family.Id, CancellationToken.None);
            }

            if (outcome is not RefreshOutcome.Rotated rotated)
            {
                return outcome;
            }

            var next = rotated.Family with { ExpiresAt = EndOf(family.CreatedAt, now) };

            if (await documents.WriteAsync(
                [new DocumentWrite.Replace(TokenFamilyDocument.Write(next), family.Version)], CancellationToken.None))
            {
                return rotated with { Family = next };
            }

            // Another request used the token, or ended the family.
            if (await FindAsync(family.Sub, family.Id, cancellation) is not { } changed)
            {
                return new RefreshOutcome.Unknown();
            }

            family = changed;
        }

        throw new StorageException("A refresh token could not be replaced, because its family was changed at the same time. Repeat the request.");
    }

    /// <summary>Lets the families of a session continue with another one of the same user, which replaces it.</summary>
    public async Task MoveAsync(Session before, Session after, CancellationToken cancellation)
    {
        var moved = (await ListAllAsync(after.Sub, cancellation)).Where(family => family.SessionId == before.Id && before.Sub == after.Sub);

        foreach (var family in moved)
        {
            var current = family;

            // A client can use a refresh token at the same time. A family that has ended meanwhile stays ended.
            for (var attempt = 0; attempt < MaximumAttempts && current is not null && !await MoveAsync(current, after); attempt++)
            {
                current = await FindAsync(family.Sub, family.Id, cancellation);
            }
        }
    }

    /// <summary>Ends a family.</summary>
    public Task EndAsync(string sub, string id, CancellationToken cancellation) =>
        // A part of an ID would end others too.
        TokenFamily.IsId(id)
            ? documents.DeleteAllAsync(UserStore.PartitionOf(sub), UserStore.FamilyPrefix + id, also: null, cancellation)
            : Task.CompletedTask;

    /// <summary>Ends all families of a user, damaged ones too.</summary>
    public Task EndAllAsync(string sub, CancellationToken cancellation) =>
        documents.DeleteAllAsync(UserStore.PartitionOf(sub), UserStore.FamilyPrefix, also: null, cancellation);

    private async Task<bool> HasSessionAsync(TokenFamily family, CancellationToken cancellation) =>
        family.IsOffline || await sessions.FindAsync(family.Sub, family.SessionId, cancellation) is not null;

    private Task<bool> MoveAsync(TokenFamily family, Session after)
    {
        var moved = family with { SessionId = after.Id, Sid = after.Sid, Version = Document.NewVersion() };

        return documents.WriteAsync([new DocumentWrite.Replace(TokenFamilyDocument.Write(moved), family.Version)], CancellationToken.None);
    }

    private async Task<ImmutableArray<TokenFamily>> ListAllAsync(string sub, CancellationToken cancellation) =>
        [
            .. (await documents.QueryAsync(UserStore.PartitionOf(sub), UserStore.FamilyPrefix, PageSize, cancellation))
                .Select(LiveOrNull).OfType<TokenFamily>().OrderByDescending(family => family.LastUsedAt),
        ];

    private async Task<ImmutableArray<TokenFamily>> SelectLiveAsync(
        string sub, ImmutableArray<TokenFamily> families, CancellationToken cancellation)
    {
        if (families is [])
        {
            return families;
        }

        var live = (await sessions.ListAsync(sub, cancellation)).Select(session => session.Id).ToHashSet(StringComparer.Ordinal);

        return families.RemoveAll(family => !family.IsOffline && !live.Contains(family.SessionId));
    }

    // Also if the settings were longer when the family was last used. They are those of refresh tokens.
    private TokenFamily? LiveOrNull(Document document) =>
        TokenFamilyDocument.Read(document) is { } family
        && (family.Current is null || time.GetUtcNow() < EndOf(family.CreatedAt, family.LastUsedAt))
            ? family
            : null;
}
