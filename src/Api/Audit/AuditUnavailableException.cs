using Api.Foundation;

namespace Api.Audit;

/// <summary>The log takes no audit event, so that the change it announces is not made.</summary>
internal sealed class AuditUnavailableException(Exception cause)
    : UnavailableException($"The audit log cannot be written, so nothing has been changed: {cause.GetBaseException().Message}", cause)
{
    // There is no other log.
    public override bool IsLogged => true;
}
