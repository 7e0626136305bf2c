using Microsoft.Extensions.Options;

namespace Api.Keys;

/// <summary>
/// What the rotation function does to the ring in its secret. Each change can be repeated, and of two at once only one counts; each
/// returns in a sentence what it has done.
/// </summary>
internal sealed class KeyRotationSteps(KeyRingSecret secret, KeyOptions options, TimeProvider time)
{
    private readonly KeyOptions _options = options.SigningKeySecretId is not ""
        ? options
        : throw new OptionsValidationException(
            Options.DefaultName, typeof(KeyOptions), ["SigningKeySecretId is not set: it names the secret that holds the keys."]);

    public async Task<string> CreateAsync(string version)
    {
        if (await secret.FindVersionAsync(version, default) is { } pending)
        {
            return $"The key {pending.Newest.Kid} was made by this step before.";
        }

        var ring = WithNewKey((await secret.FindAsync(KeyRingSecret.Current, default))?.Ring);
        await secret.PutPendingAsync(version, ring, default);

        return $"Made the key {ring.Newest.Kid}.";
    }

    public async Task<string> TestAsync(string version)
    {
        // A rotation schedule that is not to rotate at once still tests once, a version that nobody has given a value.
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
                $"The version {version} is not pending: another rotation has taken its place. Rotate the secret again.");
        }

        var pendingRing = await secret.FindVersionAsync(version, default);
        var currentRing = current is null ? null : await secret.FindVersionAsync(current, default);

        if (pendingRing is null || !MaySucceed(pendingRing, current, currentRing))
        {
            // It would bring back a revoked key, lose a new one, or let a key sign that nobody has seen. While it is pending, no
            // other rotation could start.
            await secret.DropPendingAsync(version, default);

            throw new InvalidOperationException(
                $"The pending ring is older than {KeySchedule.MaximumRotationDuration} or the keys have changed since it was made; it has been "
                + "given up. Rotate the secret again.");
        }

        await MakeCurrentAsync(version, current);

        return $"The key {pendingRing.Newest.Kid} is published and signs from {pendingRing.SignsFrom(pendingRing.Newest):u}.";
    }

    // A secret without a current ring takes any first one.
    private bool MaySucceed(KeyRing pending, string? current, KeyRing? currentRing) =>
        current is null || (currentRing is not null && pending.IsSuccessorOf(currentRing, time.GetUtcNow()));

    public async Task<string> InitializeAsync()
    {
        if (await secret.FindAsync(KeyRingSecret.Current, default) is { Ring: var found })
        {
            return $"There are {found.Keys.Length} keys; nothing has changed.";
        }

        var ring = WithNewKey(null);
        var version = await PutAsync(ring);
        var current = await secret.FindAsync(KeyRingSecret.Current, default);

        // The first version of a secret is current at once, but not where a rotation that has not ended has made one without a value.
        if (current is null)
        {
            await secret.MoveCurrentAsync(from: null, to: version, default);
            current = await secret.FindAsync(KeyRingSecret.Current, default);
        }

        // What came second has to go.
        await secret.DropPendingAsync(version, default);

        return current?.VersionId == version
            ? $"Made the first key, {ring.Newest.Kid}; it signs at once."
            : "Somebody else made the first key at the same time; nothing has changed.";
    }

    public async Task<string> RevokeAsync(string kid)
    {
        var (ring, current) = await secret.FindAsync(KeyRingSecret.Current, default)
            ?? throw new InvalidOperationException("There are no signing keys yet, so there is none to revoke.");
        var now = time.GetUtcNow();
        var changed = ring.Revoke(kid, SigningKey.Create(_options.KeySize, now), now);

        // Fails where a rotation has ended in between; a rotation under way ends here, as its pending version is no longer that.
        await MakeCurrentAsync(await PutAsync(changed), current);

        return $"Revoked the key {kid}; {changed.SigningKeyAt(now).Kid} signs.";
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
