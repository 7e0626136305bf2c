using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.IdentityModel.Tokens;

namespace Api.Routes;

/// <summary>Reads the page of a list that a request asks for.</summary>
/// <param name="After">The end of the previous page; null: the first page.</param>
/// <param name="Limit">The size of the page.</param>
internal readonly record struct PageRequest(string? After, int Limit)
{
    public const int MaximumLimit = 200;

    private const int DefaultLimit = 50;
    private const string CursorPrefix = "after:";

    // The ID of a damaged document can be longer than a valid one.
    private const int MaximumCursorLength = 2048;

    /// <summary>Returns the page, or the error response.</summary>
    public static (PageRequest Page, ProblemHttpResult? Error) Read(string? cursor, string? limit)
    {
        var count = DefaultLimit;

        if (limit is not null
            && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaximumLimit))
        {
            return (default, AdminProblems.Invalid("limit", $"must be a whole number from 1 to {MaximumLimit}"));
        }

        return cursor is not null && !TryParse(cursor, out cursor)
            ? (default, AdminProblems.Invalid("cursor", "must be the next_cursor of the previous page, or omitted"))
            : (new(cursor, count), null);
    }

    /// <summary>The cursor of the next page, or null if there is none.</summary>
    public static string? CursorOf(string? next) => next is null ? null : Base64UrlEncoder.Encode(CursorPrefix + next);

    private static bool TryParse(string cursor, out string? after)
    {
        try
        {
            var text = cursor.Length <= MaximumCursorLength ? Base64UrlEncoder.Decode(cursor) : "";
            after = text.StartsWith(CursorPrefix, StringComparison.Ordinal) ? text[CursorPrefix.Length..] : null;
        }
        catch (FormatException)
        {
            after = null;
        }

        return after is not null;
    }
}
