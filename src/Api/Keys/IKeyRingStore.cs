namespace Api.Keys;

/// <summary>Where the key ring is kept.</summary>
internal interface IKeyRingStore
{
    /// <exception cref="KeyRingException">There is no ring to be had.</exception>
    Task<KeyRing> LoadAsync(CancellationToken cancellation);

    /// <summary>Asks for a new key; returns the ring with it, or null where somebody else makes it and it can be loaded later.</summary>
    /// <exception cref="KeyRingFullException">There is no room for one more key.</exception>
    /// <exception cref="KeyRingException">It cannot be asked for now.</exception>
    Task<KeyRing?> RotateAsync(CancellationToken cancellation);
}
