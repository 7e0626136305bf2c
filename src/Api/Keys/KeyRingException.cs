namespace Api.Keys;

/// <summary>The key ring cannot be had: the message names where it is kept, what is wrong and the remedy, and no key material.</summary>
internal sealed class KeyRingException(string message, Exception? cause = null) : Exception(message, cause);
