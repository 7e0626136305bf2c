using Microsoft.Extensions.Options;

namespace Api.Keys;

/// <summary>
/// The changes to the key ring in its secret. Each change can be repeated, and only one of two concurrent changes takes effect.
/// Each method returns a sentence that describes what was done.
/// </summary>
internal sealed class KeyRotationSteps(KeyRingSecret secret, KeyOptions options, TimeProvider time)
{
    private readonly KeyOptions _options = options.SigningKeySecretId is not ""
        ? options
        : throw new OptionsValidationException(
            Options.DefaultName,
            typeof(KeyOptions),
            ["SigningKeySecretId is not set. Set it to the secret that holds the signing keys."]);

    public async Task<string> CreateAsync(string version)
    {
        if (await secret.FindVersionAsync(version, default) is { } pending)
        {
            return $"This step already created the key {pending.Newest.Kid}.";
        }

        var ring = WithNewKey((await secret.FindAsync(KeyRingSecret.Current, default))?.Ring);
        await secret.PutPendingAsync(version, ring, default);

        return $"Created the key {ring.Newest.Kid}.";
    }

    public async Task<string> TestAsync(string version)
    {
        // A rotation schedule without immediate rotation still runs this step once, with a version that has no value.
        var ring = await secret.FindVersionAsync(version, default)
            ?? (await secret.FindAsync(KeyRingSecret.Current, default))?.Ring;

        if (ring is null)
        {
            return "There is no key to test yet.";
        }

        if (ring.Keys.FirstOrDefault(key => !key.VerifiesWhatItSigns()) is { } broken)
        {
            throw new InvalidOperationException($"The key {broken.Kid} does not verify what it signs.");
        }

        return $"Signed and verified with {ring.Keys.Length} keys.";
    }

    public async Task<string> FinishAsync(string version)
    {
        var stages = await secret.GetStagesAsync(default);
        var current = stages.SingleOrDefault(entry => entry.Value.Contains(KeyRingSecret.Current)).Key;
        var isPending = stages.TryGetValue(version, out var labels) && labels.Contains(KeyRingSecret.Pending);

        if (current == version)
        {
            if (isPending)
            {
                await secret.DropPendingAsync(version, default);
            }

            return "The new ring is current.";
        }

        if (!isPending)
        {
            throw new InvalidOperationException(
                $"The version {version} is not pending, because another rotation replaced it. Rotate the secret again.");
        }

        var pendingRing = await secret.FindVersionAsync(version, default);
        var currentRing = current is null ? null : await secret.FindVersionAsync(current, default);

        if (pendingRing is null || !MaySucceed(pendingRing, current, currentRing))
        {
            // It would restore a revoked key, lose a new key, or let a key sign before verifiers know it. Drop it, because a
            // pending version prevents the next rotation.
            await secret.DropPendingAsync(version, default);

            throw new InvalidOperationException(
                $"The pending ring is older than {KeySchedule.MaximumRotationDuration}, or the keys changed after it was "
                + "created. It was dropped. Rotate the secret again.");
        }

        await MakeCurrentAsync(version, current);

        return $"The key {pendingRing.Newest.Kid} is published and signs from {pendingRing.SignsFrom(pendingRing.Newest):u}.";
    }

    // If there is no current ring, any pending ring is accepted.
    private bool MaySucceed(KeyRing pending, string? current, KeyRing? currentRing) =>
        current is null || (currentRing is not null && pending.IsSuccessorOf(currentRing, time.GetUtcNow()));

    public async Task<string> InitializeAsync()
    {
        if (await secret.FindAsync(KeyRingSecret.Current, default) is { Ring: var found })
        {
            return $"There are already {found.Keys.Length} keys. Nothing was changed.";
        }

        var ring = WithNewKey(null);
        var version = await PutAsync(ring);
        var current = await secret.FindAsync(KeyRingSecret.Current, default);

        // The first version of a secret becomes current at once, unless an unfinished rotation has already created a version
        // without a value.
        if (current is null)
        {
            await secret.MoveCurrentAsync(from: null, to: version, default);
            current = await secret.FindAsync(KeyRingSecret.Current, default);
        }

        // A version that is not current must not stay pending.
        await secret.DropPendingAsync(version, default);

        return current?.VersionId == version
            ? $"Created the first key, {ring.Newest.Kid}. It signs immediately."
            : "Another invocation created the first key at the same time. Nothing was changed.";
    }

    public async Task<string> RevokeAsync(string kid)
    {
        var (ring, current) = await secret.FindAsync(KeyRingSecret.Current, default)
            ?? throw new InvalidOperationException("There are no signing keys yet. Nothing was revoked.");
        var now = time.GetUtcNow();
        var changed = ring.Revoke(kid, SigningKey.Create(_options.KeySize, now), now);

        // This fails if a rotation completed in between. A rotation in progress ends here, because its version is no longer
        // pending.
        await MakeCurrentAsync(await PutAsync(changed), current);

        return $"Revoked the key {kid}. The key {changed.SigningKeyAt(now).Kid} signs now.";
    }

    private async Task MakeCurrentAsync(string version, string? current)
    {
        await secret.MoveCurrentAsync(from: current, to: version, default);
        await secret.DropPendingAsync(version, default);
    }

    private async Task<string> PutAsync(KeyRing ring)
    {
        var version = Guid.NewGuid().ToString();
        await secret.PutPendingAsync(version, ring, default);

        return version;
    }

    private KeyRing WithNewKey(KeyRing? ring)
    {
        var now = time.GetUtcNow();
        ring?.RequireRotatable(now);
        var key = SigningKey.Create(_options.KeySize, now);

        return ring?.Rotate(key, now) ?? new([key], KeySchedule.From(_options));
    }
}
