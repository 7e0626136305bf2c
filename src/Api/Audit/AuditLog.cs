using System.Text.RegularExpressions;

namespace Api.Audit;

/// <summary>
/// Tells the log of each token issued or refused, of each change of a client, and of each rotation of keys that is asked for: who, what,
/// from where. Never a secret, an assertion or a token.
/// </summary>
internal sealed partial class AuditLog(ILogger<AuditLog> logger)
{
    /// <summary>Behind a change that the store may have made although it did not say so.</summary>
    public const string OutcomeUnknown = " (outcome unknown)";

    /// <summary>Behind a change that was announced and not made.</summary>
    public const string NotMade = " (not made)";

    private const int MaximumLength = 256;

    public void TokenIssued(HttpContext http, string clientId, string method, string scope, string jti, bool reused)
    {
        try
        {
            LogIssued(logger, clientId, scope, jti, reused, method, SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log that fails does not stop the tokens.
        }
    }

    /// <param name="http">The request.</param>
    /// <param name="clientId">Who it is; null where nobody has been authenticated.</param>
    /// <param name="claimedId">Who it says it is.</param>
    /// <param name="scope">What it asks for.</param>
    /// <param name="error">The error code that it is answered with.</param>
    /// <param name="reason">The reason for it, which may be more than the answer says.</param>
    public void TokenRefused(HttpContext http, string? clientId, string? claimedId, string? scope, string error, string reason)
    {
        try
        {
            LogRefused(
                logger, clientId, clientId is null ? Printable(claimedId) : null, Printable(scope), error, reason, SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // Neither does it stop the refusals.
        }
    }

    /// <summary>Announces a change of a client. To be called before the change: without this event in the log, it is not made.</summary>
    /// <param name="by">Who makes it.</param>
    /// <param name="what">What is changed.</param>
    /// <param name="clientId">Whose client ID it is.</param>
    /// <param name="before">The client before, as JSON without secrets.</param>
    /// <param name="after">The client after.</param>
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

    /// <summary>Logs the outcome of an announced change.</summary>
    public void ClientChanged(Actor by, string what, string clientId, string? before, string? after)
    {
        try
        {
            LogClientChanged(logger, by.Name, what, clientId, before, after, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // The change has been announced.
        }
    }

    /// <summary>Announces a change of the signing keys. To be called before it: without this event in the log, it is not made.</summary>
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

    /// <summary>Logs the outcome of an announced change.</summary>
    public void KeysChanged(Actor by, string what)
    {
        try
        {
            LogKeysChanged(logger, by.Name, what, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // The change has been announced.
        }
    }

    /// <summary>Whom the token names, which was checked before this.</summary>
    public static Actor CallerOf(HttpContext http) => new(
        http.User.FindFirst("client_id")?.Value ?? "?", http.User.FindFirst("jti")?.Value, SourceOf(http), UserAgentOf(http));

    // The framework collects what its loggers throw.
    private static bool IsOfLog(Exception exception) => exception is IOException or AggregateException { InnerException: IOException };

    private static string? SourceOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString();

    private static string? UserAgentOf(HttpContext http) => Printable(http.Request.Headers.UserAgent.ToString());

    /// <summary>What a caller has sent, fit for a log: short, on one line, and no secret that was put into the wrong place.</summary>
    private static string? Printable(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : BeginsLikeSecret().IsMatch(text) ? "(a client secret)"
        // How each JWT begins: {" in base64url.
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

    // The prefix of a secret, in any case, also with the underscore percent-encoded once or more.
    [GeneratedRegex("(?<![A-Za-z0-9])[Oo][Cc][Ss](?:_|%(?:25)*5[Ff])")]
    private static partial Regex BeginsLikeSecret();

    // A secret has 43 characters behind its prefix, all of base64url; the first client's has no prefix. Ids that are made here have 20.
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
        "Token issued to '{ClientId}' for '{Scope}': jti {Jti}, again {Reused}, by {Method}, from {Source}, '{UserAgent}'",
        EventName = "token_issued")]
    private static partial void LogIssued(
        ILogger logger, string clientId, string scope, string jti, bool reused, string method, string? source, string? userAgent);

    [LoggerMessage(2, LogLevel.Information,
        "Token refused to '{ClientId}' (calls itself '{ClaimedId}') for '{Scope}': {Error}. {Reason} From {Source}, '{UserAgent}'",
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
        "{Change} of the client '{ClientId}' by '{By}': before '{Before}', after '{After}', by jti {Jti}, from {Source}, '{UserAgent}'",
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
        "{Change} of signing keys by '{By}', by jti {Jti}, from {Source}, '{UserAgent}'", EventName = "keys_changed")]
    private static partial void LogKeysChanged(
        ILogger logger, string by, string change, string? jti, string? source, string? userAgent);

    [LoggerMessage(5, LogLevel.Information,
        "The client '{ClientId}' is about to be changed by '{By}' ({Change}): before '{Before}', after '{After}', by jti {Jti}, from {Source}, "
        + "'{UserAgent}'",
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
        "The signing keys are about to be changed by '{By}' ({Change}), by jti {Jti}, from {Source}, '{UserAgent}'",
        EventName = "keys_change_intended")]
    private static partial void LogKeysChangeIntended(
        ILogger logger, string by, string change, string? jti, string? source, string? userAgent);
}
