using Api.Foundation;

namespace Api.Keys;

/// <summary>
/// The key ring cannot be loaded or changed. The message names the store, the fault and the remedy, and contains no key.
/// </summary>
internal class KeyRingException(string message, Exception? cause = null) : UnavailableException(message, cause)
{
    // The key ring cache logs it, at most once per minute.
    public override bool IsLogged => true;

    /// <summary>Whether the ring is known to be unchanged. If false, the change may have been made.</summary>
    public bool NothingChanged { get; init; }

    public static KeyRingException Unchanged(string message, Exception? cause = null) => new(message, cause) { NothingChanged = true };
}

/// <summary>The key ring has the maximum number of published keys.</summary>
internal sealed class KeyRingFullException : KeyRingException
{
    public KeyRingFullException(DateTimeOffset until)
        : base($"The key ring already publishes {KeyRing.MaximumKeys} keys. The next key can be added at {until:u}. Nothing "
            + "was changed.") =>
        (Until, NothingChanged) = (until, true);

    /// <summary>When the oldest key expires and one more key can be added.</summary>
    public DateTimeOffset Until { get; }
}
