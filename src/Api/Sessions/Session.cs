using Api.Storage;

namespace Api.Sessions;

/// <summary>A browser session of a user, from a sign-in to its end.</summary>
internal sealed record Session
{
    public const int MaximumUserAgentLength = 200;

    /// <summary>The hash of the random part of the cookie's value. It identifies the session to its user.</summary>
    public required string Id { get; init; }

    public required string Sub { get; init; }

    /// <summary>The <c>sid</c> of ID tokens (OpenID Connect Front-Channel Logout 1.0 §3): random, and no secret.</summary>
    public required string Sid { get; init; }

    /// <summary>When the user used a passkey: the <c>auth_time</c> of tokens (OpenID Connect Core 1.0 §2).</summary>
    public required DateTimeOffset AuthenticatedAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The last use that extended the session. It can be up to a day before the last use.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The browser at the sign-in, for display; null: unknown.</summary>
    public string? UserAgent { get; init; }

    /// <summary>Whether the user used a passkey so lately that no one else has taken the browser over in the meantime.</summary>
    public bool IsRecentAt(DateTimeOffset now) => now - AuthenticatedAt < TimeSpan.FromMinutes(15);

    /// <summary>The version of the stored document. It is different after each change.</summary>
    public string Version { get; init; } = Document.NewVersion();
}
