using Api.Configuration;

namespace Api.Keys;

/// <summary>
/// The key ring store in a file that only its owner can read (mode 600). Loading the ring also rotates it when due.
/// </summary>
internal sealed partial class KeyRingFile(
    AuthorizationServerOptions server, KeyOptions options, TimeProvider time, ILogger<KeyRingFile> logger) : IKeyRingStore
{
    private readonly KeyFile _file = new(server.DataDirectory, logger);
    private readonly KeySchedule _schedule = KeySchedule.From(options);

    /// <summary>Loads the ring. Creates the first key if there is no file, and a new key if a rotation is due.</summary>
    /// <exception cref="KeyRingException">The file is damaged, open to other users, or cannot be read or written.</exception>
    public Task<KeyRing> LoadAsync(CancellationToken cancellation) => ExplainAsync(async () =>
    {
        if (!_file.Exists)
        {
            return await ChangeAsync(ring => ring ?? new([CreateKey()], _schedule), cancellation);
        }

        var current = Read();
        _file.RemoveLeftoversIfUnlocked();

        return current.RotationIsDueAt(time.GetUtcNow()) ? await RotateIfPossibleAsync(current, cancellation) : current;
    });

    /// <summary>Reads the ring without changing the file. Returns null if there is no file.</summary>
    /// <exception cref="KeyRingException">The file is damaged, open to other users, or cannot be read.</exception>
    public Task<KeyRing?> FindAsync() => ExplainAsync(() => Task.FromResult(_file.Exists ? Read() : null));

    public async Task<KeyRing?> RotateAsync(CancellationToken cancellation) => await ExplainAsync(() => ChangeAsync(Rotate, cancellation));

    // If the rotation fails, keep using the ring: its keys are still valid.
    private async Task<KeyRing> RotateIfPossibleAsync(KeyRing current, CancellationToken cancellation)
    {
        try
        {
            return await ChangeAsync(
                ring => ring is not null && !ring.RotationIsDueAt(time.GetUtcNow()) ? ring : Rotate(ring), cancellation);
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or KeyRingException { NothingChanged: true })
        {
            LogNotRotated(logger, _file.Path, exception.Message);

            return current;
        }
    }

    private KeyRing Rotate(KeyRing? ring)
    {
        // Check before the key is created: that takes long, and other processes wait for the lock.
        ring?.RequireRotatable(time.GetUtcNow());

        return ring?.Rotate(CreateKey(), time.GetUtcNow()) ?? new([CreateKey()], _schedule);
    }

    private SigningKey CreateKey() => SigningKey.Create(options.KeySize, time.GetUtcNow());

    /// <summary>Changes the ring while holding the lock. If the change returns the same ring, nothing is written.</summary>
    private async Task<KeyRing> ChangeAsync(Func<KeyRing?, KeyRing> change, CancellationToken cancellation)
    {
        await using var fileLock = await _file.LockAsync(cancellation);
        _file.RemoveLeftovers();
        var ring = _file.Exists ? Read() : null;
        var changed = change(ring);

        if (changed != ring)
        {
            await _file.ReplaceAsync(KeyRingDocument.Write(changed.Keys), cancellation);
        }

        return changed;
    }

    private KeyRing Read() => new(KeyRingDocument.Parse(_file.Read()), _schedule);

    // The file is replaced in the last step, so a failure leaves it unchanged.
    private async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (FormatException exception)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {_file.Path} cannot be used: {exception.Message}. Restore the file from a backup. If all "
                + "tokens signed so far may become invalid, move the file away instead: a new key is created.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {_file.Path} cannot be read or written: {exception.Message} Grant this user read and "
                + "write access to the folder, or set DataDirectory to another folder.", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The rotation of the signing keys in {Path} is due, but failed: {Reason}")]
    private static partial void LogNotRotated(ILogger logger, string path, string reason);
}
