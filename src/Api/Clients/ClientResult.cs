using System.Collections.Immutable;
using Api.Administration;

namespace Api.Clients;

/// <summary>The result of an admin request: the client (null if removed) with its new secret, or the problem.</summary>
internal sealed record ClientResult(Client? Client, AdminProblem? Problem = null)
{
    /// <summary>The secret that was created, with its clear text, which is not stored.</summary>
    public (ClientSecret Secret, string ClearText)? NewSecret { get; init; }

    public static ClientResult Refused(AdminProblemKind kind, string member, string error) =>
        new(null, AdminProblem.Of(kind, member, error));

    public static ClientResult Refused(ClientMetadataReader reader) =>
        new(null, new(AdminProblemKind.Invalid, reader.Errors, reader.UnlistedErrors));
}

/// <summary>A page of clients, and the position of the next page, or null if this is the last page.</summary>
internal sealed record ClientPage(ImmutableArray<StoredClient> Clients, string? Next);
