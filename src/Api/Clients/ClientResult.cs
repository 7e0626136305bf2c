using System.Collections.Immutable;

namespace Api.Clients;

/// <summary>What came of an administrator's request: the client as it is now (null: removed) and its new secret, or why not.</summary>
internal sealed record ClientResult(Client? Client, ClientProblem? Problem = null)
{
    /// <summary>The secret that was made, with its only clear text.</summary>
    public (ClientSecret Secret, string ClearText)? Made { get; init; }

    public static ClientResult Refused(ClientProblemKind kind, string member, string error) =>
        new(null, new(kind, new Dictionary<string, string[]> { [member] = [$"{member} {error}."] }));

    public static ClientResult Refused(ClientMetadataReader registration) =>
        new(null, new(ClientProblemKind.Invalid, registration.Errors, registration.UnlistedErrors));
}

/// <summary>Why a request of an administrator is refused, by the member at fault, and how many errors there are besides.</summary>
internal sealed record ClientProblem(ClientProblemKind Kind, IReadOnlyDictionary<string, string[]> Errors, int UnlistedErrors = 0);

internal enum ClientProblemKind
{
    /// <summary>The request breaks a rule.</summary>
    Invalid,

    /// <summary>There is no such client or secret.</summary>
    NotFound,

    /// <summary>The client, as it is now, does not allow it.</summary>
    Conflict,

    /// <summary>The client is damaged, and can only be removed.</summary>
    Damaged,

    /// <summary>The client is no longer what the caller has seen (RFC 9110 §13.1.1).</summary>
    Changed,
}

/// <summary>Some of the clients, and where the next ones begin; null: there are no more.</summary>
internal sealed record ClientPage(ImmutableArray<StoredClient> Clients, string? Next);
