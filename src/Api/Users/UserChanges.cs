using Api.Audit;

namespace Api.Users;

/// <summary>Makes changes of users: each is in the audit log, before it is made and with its outcome.</summary>
internal sealed class UserChanges(AuditLog audit)
{
    /// <summary>Makes a change. Do not cancel it with the request: it may still succeed, and the log must have its outcome.</summary>
    /// <param name="what">The kind of change.</param>
    /// <param name="by">The caller.</param>
    /// <param name="sub">The <c>sub</c> of the user.</param>
    /// <param name="before">The user before the change; null if it is new or unchanged.</param>
    /// <param name="after">The user after the change; null if it is removed or unchanged.</param>
    /// <param name="change">Makes the change, or returns false.</param>
    public async Task<bool> MakeAsync(string what, Actor by, string sub, User? before, User? after, Func<Task<bool>> change)
    {
        var (old, next) = (UserMetadata.Describe(before), UserMetadata.Describe(after));
        audit.UserChangeIntended(by, what, sub, old, next);
        var outcome = AuditLog.OutcomeUnknown;

        try
        {
            var isMade = await change();
            outcome = isMade ? "" : AuditLog.NotMade;

            return isMade;
        }
        finally
        {
            audit.UserChanged(by, what + outcome, sub, old, next);
        }
    }
}
