using System.Text.RegularExpressions;

namespace Api.Audit;

/// <summary>
/// Writes the audit events: tokens issued and refused, client changes, and requested key rotations. An event never contains a
/// secret, an assertion or a token.
/// </summary>
internal sealed partial class AuditLog(ILogger<AuditLog> logger)
{
    /// <summary>The suffix for a change that failed, but that the store may have made.</summary>
    public const string OutcomeUnknown = " (outcome unknown)";

    /// <summary>The suffix for an intended change that was not made.</summary>
    public const string NotMade = " (not made)";

    private const int MaximumLength = 256;

    /// <param name="http">The request.</param>
    /// <param name="clientId">The client.</param>
    /// <param name="method">How it authenticated.</param>
    /// <param name="scope">The scope of the token.</param>
    /// <param name="jti">The ID of the token.</param>
    /// <param name="reused">Whether the token was issued before.</param>
    /// <param name="sub">The user of the token; null: the client got it for itself.</param>
    public void TokenIssued(HttpContext http, string clientId, string method, string scope, string jti, bool reused, string? sub)
    {
        try
        {
            LogIssued(logger, clientId, scope, jti, reused, method, SourceOf(http), UserAgentOf(http), sub);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log failure does not prevent the token from being issued.
        }
    }

    /// <param name="http">The request.</param>
    /// <param name="clientId">The authenticated client, or null if authentication failed.</param>
    /// <param name="claimedId">The unverified client_id of the request.</param>
    /// <param name="scope">The requested scope.</param>
    /// <param name="error">The error code in the response.</param>
    /// <param name="reason">The reason. It can be more specific than the response.</param>
    public void TokenRefused(HttpContext http, string? clientId, string? claimedId, string? scope, string error, string reason)
    {
        try
        {
            LogRefused(
                logger, clientId, clientId is null ? Printable(claimedId) : null, Printable(scope), error, reason, SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log failure does not change the response.
        }
    }

    /// <summary>
    /// Logs an intended client change. Call this before the change: if the event cannot be logged, the change must not be made.
    /// </summary>
    /// <param name="by">The caller.</param>
    /// <param name="what">The kind of change.</param>
    /// <param name="clientId">The ID of the changed client.</param>
    /// <param name="before">The client before the change, as JSON without secrets.</param>
    /// <param name="after">The client after the change, as JSON without secrets.</param>
    /// <exception cref="AuditUnavailableException">The log cannot be written.</exception>
    public void ClientChangeIntended(Actor by, string what, string clientId, string? before, string? after)
    {
        try
        {
            LogClientChangeIntended(logger, by.Name, what, clientId, before, after, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            throw new AuditUnavailableException(exception);
        }
    }

    /// <summary>Logs the outcome of an intended client change.</summary>
    public void ClientChanged(Actor by, string what, string clientId, string? before, string? after)
    {
        try
        {
            LogClientChanged(logger, by.Name, what, clientId, before, after, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // The intended change is already in the log.
        }
    }

    /// <summary>
    /// Logs an intended key change. Call this before the change: if the event cannot be logged, the change must not be made.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The log cannot be written.</exception>
    public void KeysChangeIntended(Actor by, string what)
    {
        try
        {
            LogKeysChangeIntended(logger, by.Name, what, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            throw new AuditUnavailableException(exception);
        }
    }

    /// <summary>Logs the outcome of an intended key change.</summary>
    public void KeysChanged(Actor by, string what)
    {
        try
        {
            LogKeysChanged(logger, by.Name, what, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // The intended change is already in the log.
        }
    }

    /// <summary>The caller of an authenticated request: a client, or a user and the client that the user signed in to.</summary>
    public static Actor CallerOf(HttpContext http)
    {
        var clientId = http.User.FindFirst("client_id")?.Value ?? "?";
        var name = http.User.FindFirst("sub")?.Value is { } sub && sub != clientId ? $"{sub} ({clientId})" : clientId;

        return new(name, http.User.FindFirst("jti")?.Value, SourceOf(http), UserAgentOf(http));
    }

    // The framework wraps exceptions of log providers in an AggregateException.
    private static bool IsOfLog(Exception exception) => exception is IOException or AggregateException { InnerException: IOException };

    private static string? SourceOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    private static string? UserAgentOf(HttpContext http) => Printable(http.Request.Headers.UserAgent.ToString());

    /// <summary>
    /// Makes request text safe to log: short, on one line, and without a secret that was sent in the wrong field.
    /// </summary>
    private static string? Printable(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : BeginsLikeSecret().IsMatch(text) ? "(a client secret)"
        // Every JWT starts with {" in base64url.
        : text.Contains("eyJ", StringComparison.Ordinal) ? "(a token)"
        : IsAsLongAsSecret().IsMatch(text) ? "(a client secret)"
        : text.Length <= MaximumLength && !HasControl(text) ? text
        : string.Create(Math.Min(text.Length, MaximumLength), text, (printable, all) =>
        {
            for (var index = 0; index < printable.Length; index++)
            {
                printable[index] = IsControl(all[index]) ? '?' : all[index];
            }
        });

    // The prefix of a client secret in any case, also with a percent-encoded underscore (encoded once or several times).
    [GeneratedRegex("(?<![A-Za-z0-9])[Oo][Cc][Ss](?:_|%(?:25)*5[Ff])")]
    private static partial Regex BeginsLikeSecret();

    // A secret has 43 base64url characters after its prefix. The bootstrap client's secret has no prefix. Generated client IDs
    // have 20.
    [GeneratedRegex("(?:[A-Za-z0-9_-]|%(?:25)*(?:5[Ff]|2[Dd])){40}")]
    private static partial Regex IsAsLongAsSecret();

    private static bool HasControl(string text)
    {
        foreach (var character in text)
        {
            if (IsControl(character))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsControl(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';

    [LoggerMessage(1, LogLevel.Information,
        "Token issued to '{ClientId}' for '{Scope}': jti {Jti}, reused {Reused}, by {Method}, from {Source}, '{UserAgent}', sub '{Sub}'",
        EventName = "token_issued")]
    private static partial void LogIssued(
        ILogger logger,
        string clientId,
        string scope,
        string jti,
        bool reused,
        string method,
        string? source,
        string? userAgent,
        string? sub);

    [LoggerMessage(2, LogLevel.Information,
        "Token refused to '{ClientId}' (claimed client_id '{ClaimedId}') for '{Scope}': {Error}. {Reason} From {Source}, "
        + "'{UserAgent}'",
        EventName = "token_refused")]
    private static partial void LogRefused(
        ILogger logger,
        string? clientId,
        string? claimedId,
        string? scope,
        string error,
        string reason,
        string? source,
        string? userAgent);

    [LoggerMessage(3, LogLevel.Information,
        "{Change} of the client '{ClientId}' by '{By}': before '{Before}', after '{After}', with jti {Jti}, from {Source}, "
        + "'{UserAgent}'",
        EventName = "client_changed")]
    private static partial void LogClientChanged(
        ILogger logger,
        string by,
        string change,
        string clientId,
        string? before,
        string? after,
        string? jti,
        string? source,
        string? userAgent);

    [LoggerMessage(4, LogLevel.Information,
        "{Change} of signing keys by '{By}', with jti {Jti}, from {Source}, '{UserAgent}'", EventName = "keys_changed")]
    private static partial void LogKeysChanged(
        ILogger logger, string by, string change, string? jti, string? source, string? userAgent);

    [LoggerMessage(5, LogLevel.Information,
        "'{By}' is about to change the client '{ClientId}' ({Change}): before '{Before}', after '{After}', with jti {Jti}, "
        + "from {Source}, '{UserAgent}'",
        EventName = "client_change_intended")]
    private static partial void LogClientChangeIntended(
        ILogger logger,
        string by,
        string change,
        string clientId,
        string? before,
        string? after,
        string? jti,
        string? source,
        string? userAgent);

    [LoggerMessage(6, LogLevel.Information,
        "'{By}' is about to change the signing keys ({Change}), with jti {Jti}, from {Source}, '{UserAgent}'",
        EventName = "keys_change_intended")]
    private static partial void LogKeysChangeIntended(
        ILogger logger, string by, string change, string? jti, string? source, string? userAgent);
}
