using System.Diagnostics;
using Api.Foundation;

namespace Api.Keys;

/// <summary>
/// The file that holds the key ring. Only its owner can read it, it is read and replaced as a whole, and one process changes it
/// at a time.
/// </summary>
internal sealed partial class KeyFile(string folder, ILogger logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public string Path { get; } = System.IO.Path.Combine(folder, "signing-keys.json");

    public bool Exists => File.Exists(Path);

    private string LockPath => $"{Path}.lock";

    /// <summary>Reads the file synchronously, because it is small and local.</summary>
    /// <exception cref="KeyRingException">Other users can read or change the file.</exception>
    /// <exception cref="FormatException">The file is too long.</exception>
    public byte[] Read()
    {
        RequireSafeFolder();

        if (PrivateFile.IsOpenToOthers(Path))
        {
            throw KeyRingException.Unchanged(
                $"Other users can read or write the signing keys in {Path}. Run `chmod 600 {Path}`. If another user may have "
                + "read the keys, move the file away instead: a new key is created.");
        }

        using var file = File.OpenRead(Path);

        if (file.Length > KeyRingDocument.MaximumLength)
        {
            throw new FormatException($"it is longer than {KeyRingDocument.MaximumLength} bytes");
        }

        RequireOwner();
        var json = new byte[file.Length];
        file.ReadExactly(json);

        return json;
    }

    /// <summary>Creates the folder if it is missing, and waits until no other process holds the lock.</summary>
    /// <exception cref="KeyRingException">Other users can change the folder, or the wait timed out.</exception>
    public async Task<FileStream> LockAsync(CancellationToken cancellation)
    {
        PrivateFile.CreateFolder(folder);
        RequireSafeFolder();
        var waiting = Stopwatch.StartNew();

        while (true)
        {
            try
            {
                return PrivateFile.OpenLock(LockPath);
            }
            catch (IOException) when (File.Exists(LockPath))
            {
                if (waiting.Elapsed >= LongestWait)
                {
                    throw KeyRingException.Unchanged(
                        $"Another request or process is changing the signing keys in {Path}. Nothing was changed. Try again "
                        + "in a few seconds.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
            }
        }
    }

    /// <summary>Replaces the content. The caller must hold the lock. Owner and mode are kept.</summary>
    public async Task ReplaceAsync(ReadOnlyMemory<byte> json, CancellationToken cancellation)
    {
        // Write a temporary file and move it, so that no reader sees an incomplete file.
        var temporary = $"{Path}.{Guid.NewGuid():N}";

        try
        {
            await using (var file = PrivateFile.CreateFile(temporary, like: Exists ? Path : null))
            {
                await file.WriteAsync(json, cancellation);
                await file.FlushAsync(cancellation);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            File.Move(temporary, Path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Removes the temporary files of a process that was stopped before it moved its file: they contain private keys. The caller
    /// must hold the lock, so that no other process is writing one.
    /// </summary>
    public void RemoveLeftovers()
    {
        foreach (var leftover in FindLeftovers())
        {
            try
            {
                File.Delete(leftover);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                LogNotRemoved(logger, leftover, exception.Message);
            }
        }
    }

    /// <summary>Removes leftover files if the lock is free. Does not wait for the lock.</summary>
    public void RemoveLeftoversIfUnlocked()
    {
        try
        {
            if (FindLeftovers() is not [])
            {
                using var fileLock = PrivateFile.OpenLock(LockPath);
                RemoveLeftovers();
            }
        }
        // Another process holds the lock, or this process has no permission. The next change removes the files.
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    private string[] FindLeftovers() =>
    [
        .. Directory.EnumerateFiles(folder, System.IO.Path.GetFileName(Path) + ".*")
            .Where(path => Guid.TryParseExact(System.IO.Path.GetExtension(path).TrimStart('.'), "N", out _)),
    ];

    private void RequireSafeFolder()
    {
        if (PrivateFile.FindFault(folder) is { } fault)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {Path} are not safe. {fault}, or set DataDirectory to a new folder within it. If another "
                + "user may have put the keys there, move them away: a new key is created.");
        }
    }

    // As root, this program can read a file of any user. That user could have chosen the keys.
    private void RequireOwner()
    {
        var expected = FileOwner.OtherThanRoot(folder)?.Uid ?? 0;

        if (FileOwner.OtherThanRoot(Path) is { } owner && owner.Uid != expected)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {Path} belong to user {owner.Uid}, who owns neither this program nor the folder. If no "
                + $"other user can have written them, run `chown {expected} {Path}`. Otherwise, move them away: a new key is "
                + "created.");
        }
    }

    [LoggerMessage(
        2, LogLevel.Warning, "{Path} contains signing keys of an interrupted rotation and cannot be removed: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string path, string reason);
}
