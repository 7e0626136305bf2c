using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Api.Keys;

/// <summary>
/// The Lambda function that changes the key ring in its secret: the four steps of a Secrets Manager rotation, each safe to repeat;
/// the first key of a deployment; and the revocation of a key that is compromised. Handler
/// <c>Api::Api.Keys.KeyRotation::HandleAsync</c>.
/// </summary>
#pragma warning disable CA1515 // Lambda finds public classes only.
public sealed class KeyRotation
#pragma warning restore CA1515
{
    private readonly KeyRingSecret _secret;
    private readonly KeyOptions _options;
    private readonly TimeProvider _time;
    private readonly TextWriter _log;

    /// <summary>Reads the settings from the environment, as Lambda starts it.</summary>
    public KeyRotation()
        : this(FromEnvironment())
    {
    }

    internal KeyRotation(IServiceProvider services)
        : this(
            services.GetRequiredService<KeyRingSecret>(),
            services.GetRequiredService<KeyOptions>(),
            services.GetRequiredService<TimeProvider>(),
            // Not a logger of the framework's: those write in the background, and Lambda stops the process with the answer.
            Console.Out)
    {
    }

    internal KeyRotation(KeyRingSecret secret, KeyOptions options, TimeProvider time, TextWriter log)
    {
        if (options.SigningKeySecretId is "")
        {
            throw new OptionsValidationException(
                Options.DefaultName, typeof(KeyOptions), ["SigningKeySecretId is not set: it names the secret whose keys are rotated."]);
        }

        (_secret, _options, _time, _log) = (secret, options, time, log);
    }

    /// <summary>Carries out what the event asks for; the answer says what has been done.</summary>
    /// <exception cref="InvalidOperationException">The event is not known, or what it asks for cannot be done; nothing has changed.</exception>
    public async Task<Stream> HandleAsync(Stream input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var request = await KeyRotationRequest.ReadAsync(input);

        if (request.SecretId is { } secretId && !IsOurs(secretId))
        {
            throw new InvalidOperationException($"This function rotates the secret {_secret.SecretId}, not the one that the event names.");
        }

        var result = request switch
        {
            { Step: "createSecret", ClientRequestToken: { } version } => await CreateAsync(version),
            { Step: "setSecret", ClientRequestToken: not null } => "Nothing to set: verifiers fetch the keys.",
            { Step: "testSecret", ClientRequestToken: { } version } => await TestAsync(version),
            { Step: "finishSecret", ClientRequestToken: { } version } => await FinishAsync(version),
            { Operation: "Initialize" } => await InitializeAsync(),
            { Operation: "Revoke", Kid: { } kid } => await RevokeAsync(kid),
            _ => throw new InvalidOperationException(request.Unknown),
        };

        await _log.WriteLineAsync($"{request.Step ?? request.Operation}: {result}");

        return new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new KeyRotationResult(result), KeyRotationJson.Default.KeyRotationResult));
    }

    private async Task<string> CreateAsync(string version)
    {
        if (await _secret.FindVersionAsync(version, default) is { } pending)
        {
            return $"The key {pending.Newest.Kid} was made by this step before.";
        }

        var ring = WithNewKey((await _secret.FindAsync(KeyRingSecret.Current, default))?.Ring);
        await _secret.PutPendingAsync(version, ring, default);

        return $"Made the key {ring.Newest.Kid}.";
    }

    private async Task<string> TestAsync(string version)
    {
        // A rotation schedule that is not to rotate at once still tests once, a version that nobody has given a value.
        var ring = await _secret.FindVersionAsync(version, default)
            ?? (await _secret.FindAsync(KeyRingSecret.Current, default))?.Ring;

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

    private async Task<string> FinishAsync(string version)
    {
        var stages = await _secret.GetStagesAsync(default);
        var current = stages.SingleOrDefault(entry => entry.Value.Contains(KeyRingSecret.Current)).Key;
        var isPending = stages.TryGetValue(version, out var labels) && labels.Contains(KeyRingSecret.Pending);

        if (current == version)
        {
            if (isPending)
            {
                await DropPendingAsync(version);
            }

            return "The new ring is current.";
        }

        if (current is null || !isPending)
        {
            throw new InvalidOperationException(
                $"The version {version} is not pending: another rotation has taken its place. Rotate the secret again.");
        }

        var pendingRing = await _secret.FindVersionAsync(version, default);
        var currentRing = await _secret.FindVersionAsync(current, default);

        if (pendingRing is null || currentRing is null || !pendingRing.Succeeds(currentRing, _time.GetUtcNow()))
        {
            // It would bring back a revoked key, lose a new one, or let a key sign that nobody has seen. While it is pending, no
            // other rotation could start.
            await DropPendingAsync(version);

            throw new InvalidOperationException(
                $"The pending ring is older than {KeySchedule.LongestDelivery} or the keys have changed since it was made; it has been "
                + "given up. Rotate the secret again.");
        }

        await MakeCurrentAsync(version, current);

        return $"The key {pendingRing.Newest.Kid} is published and signs from {pendingRing.SignsFrom(pendingRing.Newest):u}.";
    }

    private async Task<string> InitializeAsync()
    {
        if (await _secret.FindAsync(KeyRingSecret.Current, default) is { Ring: var found })
        {
            return $"There are {found.Keys.Length} keys; nothing has changed.";
        }

        var ring = WithNewKey(null);
        // The first version of a secret is current at once; one that comes second stays pending and has to go.
        var version = await PutAsync(ring);
        var current = await _secret.FindAsync(KeyRingSecret.Current, default);
        await DropPendingAsync(version);

        return current?.VersionId == version
            ? $"Made the first key, {ring.Newest.Kid}; it signs at once."
            : "Somebody else made the first key at the same time; nothing has changed.";
    }

    private async Task<string> RevokeAsync(string kid)
    {
        var (ring, current) = await _secret.FindAsync(KeyRingSecret.Current, default)
            ?? throw new InvalidOperationException("There are no signing keys yet, so there is none to revoke.");
        var now = _time.GetUtcNow();
        var changed = ring.Revoke(kid, SigningKey.Create(_options.KeySize, now), now);

        // Fails where a rotation has ended in between; a rotation under way ends here, as its pending version is no longer that.
        await MakeCurrentAsync(await PutAsync(changed), current);

        return $"Revoked the key {kid}; {changed.SigningKeyAt(now).Kid} signs.";
    }

    private async Task MakeCurrentAsync(string version, string current)
    {
        await _secret.MoveCurrentAsync(from: current, to: version, default);
        await DropPendingAsync(version);
    }

    // What is current need not be pending as well, and what has been given up must not be: no other rotation could start.
    private Task DropPendingAsync(string version) => _secret.DropPendingAsync(version, default);

    private async Task<string> PutAsync(KeyRing ring)
    {
        var version = Guid.NewGuid().ToString();
        await _secret.PutPendingAsync(version, ring, default);

        return version;
    }

    private KeyRing WithNewKey(KeyRing? ring)
    {
        var now = _time.GetUtcNow();
        var key = SigningKey.Create(_options.KeySize, now);

        return ring?.Rotate(key, now) ?? new([key], KeySchedule.From(_options));
    }

    // The event has the ARN; the setting may have the name, which the ARN ends in before a random suffix.
    private bool IsOurs(string secretId) =>
        secretId == _secret.SecretId
        || (secretId.StartsWith("arn:", StringComparison.Ordinal)
            && secretId.Split(':') is [.., var name]
            && name.Length == _secret.SecretId.Length + 7
            && name.StartsWith(_secret.SecretId + "-", StringComparison.Ordinal));

    private static ServiceProvider FromEnvironment()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddKeys();

        return services.BuildServiceProvider();
    }
}
