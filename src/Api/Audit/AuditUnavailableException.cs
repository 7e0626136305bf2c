using Api.Foundation;

namespace Api.Audit;

/// <summary>An audit event cannot be written, so the change is not made.</summary>
internal sealed class AuditUnavailableException(Exception cause)
    : UnavailableException($"The audit log cannot be written. Nothing was changed: {cause.GetBaseException().Message}", cause)
{
    // A log that cannot be written cannot record this exception either.
    public override bool IsLogged => true;
}
