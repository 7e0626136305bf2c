using Api.Foundation;

namespace Api.Keys;

/// <summary>The key ring cannot be had or changed: the message names where it is kept, what is wrong and the remedy, and no key.</summary>
internal class KeyRingException(string message, Exception? cause = null) : UnavailableException(message, cause)
{
    // By the cache of the ring, at most once a minute.
    public override bool IsLogged => true;
}

/// <summary>One more key would be more than verifiers read.</summary>
internal sealed class KeyRingFullException(DateTimeOffset until)
    : KeyRingException($"The key ring already publishes {KeyRing.MaximumKeys} keys; the next one fits at {until:u}. Nothing has changed.")
{
    /// <summary>When the oldest key goes and the next one fits.</summary>
    public DateTimeOffset Until { get; } = until;
}
