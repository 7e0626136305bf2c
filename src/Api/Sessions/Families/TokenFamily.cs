using System.Collections.Immutable;
using System.Security.Cryptography;
using Api.Clients;
using Api.Configuration;
using Api.Foundation;
using Api.Storage;

namespace Api.Sessions.Families;

/// <summary>
/// What began when a client redeemed an authorization code: the access tokens, whose <c>grant_id</c> is its ID, and the refresh tokens, each
/// of which replaces the one before (RFC 9700 §4.14.2).
/// </summary>
internal sealed record TokenFamily
{
    /// <summary>
    /// How long a refresh token can be presented again after its first use. The answer is then the same, so that a client whose answer was
    /// lost, or two windows of one client, stay signed in.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // A client that refreshes more often in half a minute is not one that repeats a request.
    private const int MaximumUsed = 10;

    public required string Id { get; init; }

    public required string Sub { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The name of the client at the sign-in, for display.</summary>
    public required string ClientName { get; init; }

    /// <summary>The scopes that the user granted.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>The <see cref="Session.Id"/> of the sign-in.</summary>
    public required string SessionId { get; init; }

    /// <summary>The <see cref="Session.Sid"/> of the sign-in.</summary>
    public required string Sid { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Derives the next refresh token from the current one, and marks the tokens of this family.</summary>
    public required ImmutableArray<byte> Key { get; init; }

    /// <summary>The hash of the refresh token that is to be used next; null: the client gets no refresh tokens.</summary>
    public string? Current { get; init; }

    /// <summary>The refresh tokens that can be presented again, the last used first.</summary>
    public ImmutableArray<UsedRefreshToken> Used { get; init; } = [];

    /// <summary>Whether it outlives the session (<c>offline_access</c>, OpenID Connect Core 1.0 §11).</summary>
    public bool IsOffline => Scopes.Contains(OAuth.Scope.OfflineAccess);

    /// <summary>The version of the stored document. It is different after each change.</summary>
    public string Version { get; init; } = Document.NewVersion();

    public static string NewId() => OpaqueToken.Generate()[..22];

    public static bool IsId(string text) => text.Length is 22 && StrictBase64Url.IsValid(text);

    /// <summary>Whether the client is still the one that redeemed the code, and was not disabled since.</summary>
    public bool BelongsTo(Client client) =>
        client is { Enabled: true }
        && client.ClientId == ClientId
        && client.CreatedAt - CreatedAt <= AuthorizationServerOptions.ClockSkew
        && !(client.DisabledAt >= CreatedAt);

    /// <summary>Whether the refresh token is the one to be used next.</summary>
    public bool IsCurrent(RefreshToken token) =>
        Current is not null && token.IsMarkedBy(this) && OpaqueToken.HasHash(token.Random, Current);

    /// <summary>Uses a refresh token.</summary>
    /// <param name="presented">A refresh token of this family.</param>
    /// <param name="now">The time of this instance. It can differ from that of the instance of the last use.</param>
    public RefreshOutcome Use(RefreshToken presented, DateTimeOffset now)
    {
        if (Current is null || !presented.IsMarkedBy(this))
        {
            return new RefreshOutcome.Unknown();
        }

        if (OpaqueToken.HasHash(presented.Random, Current))
        {
            var successor = presented.SuccessorIn(this);

            return new RefreshOutcome.Rotated(successor, this with
            {
                Current = OpaqueToken.Hash(successor.Random),
                Used = [new(Current, now), .. Used.Where(used => used.IsRepeatableAt(now)).Take(MaximumUsed - 1)],
                LastUsedAt = now,
                Version = Document.NewVersion(),
            });
        }

        return Used.Any(used => used.IsRepeatableAt(now) && OpaqueToken.HasHash(presented.Random, used.Hash))
            ? new RefreshOutcome.Repeated(presented.SuccessorIn(this))
            : new RefreshOutcome.Stolen();
    }

    public static ImmutableArray<byte> NewKey() => [.. RandomNumberGenerator.GetBytes(32)];
}

/// <summary>A refresh token that was used.</summary>
internal sealed record UsedRefreshToken(string Hash, DateTimeOffset At)
{
    // The clock of the instance of the first use can be behind or ahead.
    public bool IsRepeatableAt(DateTimeOffset now) => now - At <= TokenFamily.Grace + AuthorizationServerOptions.ClockSkew;
}

/// <summary>What the use of a refresh token leads to.</summary>
internal abstract record RefreshOutcome
{
    /// <summary>The token was the current one. The family is stored before the successor is sent.</summary>
    internal sealed record Rotated(RefreshToken Successor, TokenFamily Family) : RefreshOutcome;

    /// <summary>The token was used a moment ago. The answer is the same again.</summary>
    internal sealed record Repeated(RefreshToken Successor) : RefreshOutcome;

    /// <summary>The token was replaced long ago: two have it, and one of them stole it.</summary>
    internal sealed record Stolen : RefreshOutcome;

    /// <summary>The token is none of this family.</summary>
    internal sealed record Unknown : RefreshOutcome;
}
