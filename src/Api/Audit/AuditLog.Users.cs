namespace Api.Audit;

/// <summary>The audit events of users.</summary>
internal sealed partial class AuditLog
{
    /// <summary>
    /// Logs an intended change of a user. Call this before the change: if the event cannot be logged, the change must not be made.
    /// </summary>
    /// <param name="by">The caller.</param>
    /// <param name="what">The kind of change.</param>
    /// <param name="sub">The <c>sub</c> of the changed user.</param>
    /// <param name="before">The user before the change, as JSON without name and e-mail address.</param>
    /// <param name="after">The user after the change, as JSON without name and e-mail address.</param>
    /// <exception cref="AuditUnavailableException">The log cannot be written.</exception>
    public void UserChangeIntended(Actor by, string what, string sub, string? before, string? after)
    {
        try
        {
            LogUserChangeIntended(logger, by.Name, what, Printable(sub) ?? "", before, after, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            throw new AuditUnavailableException(exception);
        }
    }

    /// <summary>Logs the outcome of an intended change of a user.</summary>
    public void UserChanged(Actor by, string what, string sub, string? before, string? after)
    {
        try
        {
            LogUserChanged(logger, by.Name, what, Printable(sub) ?? "", before, after, by.Jti, by.Source, by.UserAgent);
        }
        catch (Exception exception) when (IsOfLog(exception))
        {
            // The intended change is already in the log.
        }
    }

    [LoggerMessage(7, LogLevel.Information,
        "{Change} of the user '{Sub}' by '{By}': before '{Before}', after '{After}', with jti {Jti}, from {Source}, '{UserAgent}'",
        EventName = "user_changed")]
    private static partial void LogUserChanged(
        ILogger logger,
        string by,
        string change,
        string sub,
        string? before,
        string? after,
        string? jti,
        string? source,
        string? userAgent);

    [LoggerMessage(8, LogLevel.Information,
        "'{By}' is about to change the user '{Sub}' ({Change}): before '{Before}', after '{After}', with jti {Jti}, from {Source}, "
        + "'{UserAgent}'",
        EventName = "user_change_intended")]
    private static partial void LogUserChangeIntended(
        ILogger logger,
        string by,
        string change,
        string sub,
        string? before,
        string? after,
        string? jti,
        string? source,
        string? userAgent);
}
