using Api.Keys;

namespace Api.Tests.Support;

/// <summary>A key ring that a test can replace.</summary>
internal sealed class ReplaceableKeys : IKeyRingStore
{
    public KeyRing Ring { get; set; } = new([TestKeys.First], KeySchedule.From(new()));

    public Task<KeyRing> LoadAsync(CancellationToken cancellation) => Task.FromResult(Ring);

    public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => Task.FromResult<KeyRing?>(null);
}
