namespace Api.Keys;

/// <summary>The store of the key ring.</summary>
internal interface IKeyRingStore
{
    /// <exception cref="KeyRingException">The ring cannot be loaded.</exception>
    Task<KeyRing> LoadAsync(CancellationToken cancellation);

    /// <summary>
    /// Requests a new key. Returns the new ring, or null if the rotation continues elsewhere and the ring must be loaded later.
    /// </summary>
    /// <exception cref="KeyRingFullException">The ring has the maximum number of keys.</exception>
    /// <exception cref="KeyRingException">The rotation cannot be requested.</exception>
    Task<KeyRing?> RotateAsync(CancellationToken cancellation);
}
