namespace Api.Audit;

/// <summary>The events of people: sign-ins, and changes of their own passkeys.</summary>
internal sealed partial class AuditLog
{
    public void SignedIn(HttpContext http, string sub, string sid, string passkey)
    {
        try
        {
            LogSignedIn(logger, sub, sid, Printable(passkey), SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log failure does not prevent the sign-in.
        }
    }

    /// <summary>A refresh token was used after its successor. All tokens of the sign-in to the client have ended.</summary>
    public void RefreshTokenReused(string sub, string clientId, string grantId)
    {
        try
        {
            LogRefreshTokenReused(logger, sub, clientId, grantId);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log failure does not change the response. The refusal is logged too.
        }
    }

    /// <summary>A client ended a sign-in to it (RFC 7009).</summary>
    public void TokenRevoked(HttpContext http, string clientId, string sub, string grantId)
    {
        try
        {
            LogTokenRevoked(logger, clientId, sub, grantId, SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log failure does not undo the revocation.
        }
    }

    /// <param name="http">The request.</param>
    /// <param name="sub">The user, or null if no passkey was verified.</param>
    /// <param name="reason">The reason. It is more specific than the response, and can quote the request.</param>
    public void PasskeyRefused(HttpContext http, string? sub, string reason)
    {
        try
        {
            LogPasskeyRefused(logger, sub, Printable(reason), SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // A log failure does not change the response.
        }
    }

    /// <summary>
    /// Logs an intended change by the user. Call this before the change: if the event cannot be logged, the change must not be made.
    /// </summary>
    /// <exception cref="AuditUnavailableException">The log cannot be written.</exception>
    public void PasskeyChangeIntended(HttpContext http, string sub, string what, string passkey)
    {
        try
        {
            LogPasskeyChangeIntended(logger, sub, what, Printable(passkey), SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            throw new AuditUnavailableException(exception);
        }
    }

    /// <summary>Logs the outcome of an intended change.</summary>
    public void PasskeyChanged(HttpContext http, string sub, string what, string passkey)
    {
        try
        {
            LogPasskeyChanged(logger, what, sub, Printable(passkey), SourceOf(http), UserAgentOf(http));
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // The intended change is already in the log.
        }
    }

    [LoggerMessage(20, LogLevel.Information,
        "'{Sub}' signed in: session {Sid}, passkey '{Passkey}', from {Source}, '{UserAgent}'", EventName = "signed_in")]
    private static partial void LogSignedIn(ILogger logger, string sub, string sid, string? passkey, string? source, string? userAgent);

    [LoggerMessage(21, LogLevel.Information,
        "Passkey refused to '{Sub}': {Reason} From {Source}, '{UserAgent}'", EventName = "passkey_refused")]
    private static partial void LogPasskeyRefused(ILogger logger, string? sub, string? reason, string? source, string? userAgent);

    [LoggerMessage(22, LogLevel.Information,
        "'{Sub}' is about to change a passkey ({Change}): '{Passkey}', from {Source}, '{UserAgent}'", EventName = "passkey_change_intended")]
    private static partial void LogPasskeyChangeIntended(
        ILogger logger, string sub, string change, string? passkey, string? source, string? userAgent);

    [LoggerMessage(23, LogLevel.Information,
        "{Change} of a passkey of '{Sub}': '{Passkey}', from {Source}, '{UserAgent}'", EventName = "passkey_changed")]
    private static partial void LogPasskeyChanged(
        ILogger logger, string change, string sub, string? passkey, string? source, string? userAgent);

    [LoggerMessage(24, LogLevel.Warning,
        "A replaced refresh token of '{Sub}' for the client '{ClientId}' was used: the sign-in {GrantId} is ended",
        EventName = "refresh_token_reused")]
    private static partial void LogRefreshTokenReused(ILogger logger, string sub, string clientId, string grantId);

    [LoggerMessage(25, LogLevel.Information,
        "'{ClientId}' ended the sign-in {GrantId} of '{Sub}', from {Source}, '{UserAgent}'", EventName = "token_revoked")]
    private static partial void LogTokenRevoked(
        ILogger logger, string clientId, string sub, string grantId, string? source, string? userAgent);
}
