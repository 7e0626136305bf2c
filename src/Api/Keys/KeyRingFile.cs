using Api.Configuration;

namespace Api.Keys;

/// <summary>The key ring in a file that only its owner may read (mode 600). Whoever loads it also rotates it when that is due.</summary>
internal sealed partial class KeyRingFile(
    AuthorizationServerOptions server, KeyOptions options, TimeProvider time, ILogger<KeyRingFile> logger) : IKeyRingStore
{
    private readonly KeyFile _file = new(server.DataDirectory, logger);
    private readonly KeySchedule _schedule = KeySchedule.From(options);

    /// <summary>Reads the ring; makes the first key where there is no file yet, and the next one where the newest is old.</summary>
    /// <exception cref="KeyRingException">The file is damaged, open to others, or cannot be read or written.</exception>
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

    /// <summary>The ring as it is in the file, which stays as it is; null where there is no file.</summary>
    /// <exception cref="KeyRingException">The file is damaged, open to others, or cannot be read.</exception>
    public Task<KeyRing?> FindAsync() => ExplainAsync(() => Task.FromResult(_file.Exists ? Read() : null));

    public async Task<KeyRing?> RotateAsync(CancellationToken cancellation) => await ExplainAsync(() => ChangeAsync(Rotate, cancellation));

    // A ring that cannot be rotated goes on: its keys are old, not bad.
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
        // Ahead of the key, which takes long to make while others wait for the lock.
        ring?.RequireRotatable(time.GetUtcNow());

        return ring?.Rotate(CreateKey(), time.GetUtcNow()) ?? new([CreateKey()], _schedule);
    }

    private SigningKey CreateKey() => SigningKey.Create(options.KeySize, time.GetUtcNow());

    /// <summary>Changes the ring while no other process does; a change that returns the same ring writes nothing.</summary>
    private async Task<KeyRing> ChangeAsync(Func<KeyRing?, KeyRing> change, CancellationToken cancellation)
    {
        await using var otherProcessesWait = await _file.LockAsync(cancellation);
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

    // The file is replaced whole at the end: whatever fails has changed nothing.
    private async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (FormatException exception)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {_file.Path} cannot be used: {exception.Message}. Restore the file from a backup; or, if every "
                + "token signed so far may become invalid, move it away, and a new key is made.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {_file.Path} cannot be read or written: {exception.Message} Let this user read and write the "
                + "folder, or set DataDirectory to another one.", exception);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The signing keys in {Path} are due for rotation, but cannot be rotated: {Reason}")]
    private static partial void LogNotRotated(ILogger logger, string path, string reason);
}
