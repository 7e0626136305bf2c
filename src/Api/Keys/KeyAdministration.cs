using Api.Audit;

namespace Api.Keys;

/// <summary>The audited key operations of an administrator, over HTTP or on the command line.</summary>
internal sealed class KeyAdministration(KeyRingCache keys, AuditLog audit)
{
    private const string Rotation = "Rotation";

    /// <summary>Requests a new key.</summary>
    /// <exception cref="KeyRingFullException">The ring has the maximum number of keys.</exception>
    /// <exception cref="AuditUnavailableException">The audit log cannot be written. Nothing was changed.</exception>
    /// <exception cref="KeyRingException">The store refused the rotation, or the outcome is unknown.</exception>
    public async Task RotateAsync(Actor by, CancellationToken cancellation)
    {
        audit.KeysChangeIntended(by, Rotation);

        try
        {
            await keys.RotateAsync(cancellation);
        }
        catch (KeyRingException exception)
        {
            audit.KeysChanged(by, Rotation + (exception.NothingChanged ? AuditLog.NotMade : AuditLog.OutcomeUnknown));

            throw;
        }

        audit.KeysChanged(by, Rotation);
    }
}
