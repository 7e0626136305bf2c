using Api.Audit;

namespace Api.Keys;

/// <summary>What an administrator may do to the signing keys, whether over HTTP or on the command line: audited.</summary>
internal sealed class KeyAdministration(KeyRingCache keys, AuditLog audit)
{
    private const string Rotation = "Rotation";

    /// <summary>Asks for a new key.</summary>
    /// <exception cref="KeyRingFullException">There is no room for one more key.</exception>
    /// <exception cref="AuditUnavailableException">The audit log cannot be written, and nothing has changed.</exception>
    /// <exception cref="KeyRingException">The store refuses, or it is not known whether it does.</exception>
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
