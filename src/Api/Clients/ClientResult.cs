using System.Collections.Immutable;

namespace Api.Clients;

/// <summary>The result of an admin request: the client (null if removed) with its new secret, or the problem.</summary>
internal sealed record ClientResult(Client? Client, ClientProblem? Problem = null)
{
    /// <summary>The secret that was created, with its clear text, which is not stored.</summary>
    public (ClientSecret Secret, string ClearText)? NewSecret { get; init; }

    public static ClientResult Refused(ClientProblemKind kind, string member, string error) =>
        new(null, new(kind, new Dictionary<string, string[]> { [member] = [$"{member} {error}."] }));

    public static ClientResult Refused(ClientMetadataReader reader) =>
        new(null, new(ClientProblemKind.Invalid, reader.Errors, reader.UnlistedErrors));
}

/// <summary>Why an admin request was refused, by member, and the number of further errors.</summary>
internal sealed record ClientProblem(ClientProblemKind Kind, IReadOnlyDictionary<string, string[]> Errors, int UnlistedErrors = 0);

internal enum ClientProblemKind
{
    /// <summary>The request is invalid.</summary>
    Invalid,

    /// <summary>The client or the secret does not exist.</summary>
    NotFound,

    /// <summary>The current state of the client does not allow the request.</summary>
    Conflict,

    /// <summary>The stored client is damaged and can only be removed.</summary>
    Damaged,

    /// <summary>The client changed after the caller read it (RFC 9110 §13.1.1).</summary>
    Changed,
}

/// <summary>A page of clients, and the position of the next page, or null if this is the last page.</summary>
internal sealed record ClientPage(ImmutableArray<StoredClient> Clients, string? Next);
