using Api.Foundation;

namespace Api.Keys;

/// <summary>The key ring cannot be had or changed: the message names where it is kept, what is wrong and the remedy, and no key.</summary>
internal class KeyRingException(string message, Exception? cause = null) : UnavailableException(message, cause)
{
    // By the cache of the ring, at most once a minute.
    public override bool IsLogged => true;

    /// <summary>Whether it is certain that the ring is what it was before. Otherwise, a change may have been made.</summary>
    public bool NothingChanged { get; init; }

    public static KeyRingException Unchanged(string message, Exception? cause = null) => new(message, cause) { NothingChanged = true };
}

/// <summary>One more key would be more than verifiers read.</summary>
internal sealed class KeyRingFullException : KeyRingException
{
    public KeyRingFullException(DateTimeOffset until)
        : base($"The key ring already publishes {KeyRing.MaximumKeys} keys; the next one fits at {until:u}. Nothing has changed.") =>
        (Until, NothingChanged) = (until, true);

    /// <summary>When the oldest key goes and the next one fits.</summary>
    public DateTimeOffset Until { get; }
}
