namespace Api.Administration;

/// <summary>Why an admin request was refused, by member, and the number of further errors.</summary>
internal sealed record AdminProblem(AdminProblemKind Kind, IReadOnlyDictionary<string, string[]> Errors, int UnlistedErrors = 0)
{
    /// <summary>A problem with one member. The error continues a sentence that begins with the member.</summary>
    public static AdminProblem Of(AdminProblemKind kind, string member, string error) =>
        new(kind, new Dictionary<string, string[]> { [member] = [$"{member} {error}."] });
}

internal enum AdminProblemKind
{
    /// <summary>The request is invalid.</summary>
    Invalid,

    /// <summary>What the request is about does not exist.</summary>
    NotFound,

    /// <summary>The current state does not allow the request.</summary>
    Conflict,

    /// <summary>The stored document is damaged and can only be removed.</summary>
    Damaged,

    /// <summary>The document changed after the caller read it (RFC 9110 §13.1.1).</summary>
    Changed,
}
