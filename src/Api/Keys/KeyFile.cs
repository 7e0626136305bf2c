using System.Diagnostics;
using Api.Foundation;

namespace Api.Keys;

/// <summary>
/// The file that holds the key ring: for its owner alone, read and replaced as a whole, changed by one process at a time.
/// </summary>
internal sealed partial class KeyFile(string folder, ILogger logger)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public string Path { get; } = System.IO.Path.Combine(folder, "signing-keys.json");

    public bool Exists => File.Exists(Path);

    private string LockPath => $"{Path}.lock";

    // At once: it is small, and here.
    /// <exception cref="KeyRingException">Others can change the file, or read it.</exception>
    /// <exception cref="FormatException">It is too long.</exception>
    public byte[] Read()
    {
        RequireSafeFolder();

        if (PrivateFile.IsOpenToOthers(Path))
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {Path} may be read or written by others. Run `chmod 600 {Path}`; if somebody else may have "
                + "read them, move the file away instead, and a new key is made.");
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

    /// <summary>Makes the folder where it is missing, and waits until no other process changes the file.</summary>
    /// <exception cref="KeyRingException">Others can change the folder, or the wait takes too long.</exception>
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
                        $"The signing keys in {Path} are being changed by another request or process. Nothing has changed. Try again "
                        + "in a few seconds.");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
            }
        }
    }

    /// <summary>Replaces the content while the lock is held. Owner and mode stay.</summary>
    public async Task ReplaceAsync(ReadOnlyMemory<byte> json, CancellationToken cancellation)
    {
        // Written whole under another name, then moved, so that nobody ever meets half a file.
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
    /// Removes what a process has left that was killed before it moved its file: private keys under another name. Called while the lock is
    /// held, when no other process writes one.
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

    /// <summary>The same without the lock, and without waiting for it.</summary>
    public void RemoveLeftoversIfUnlocked()
    {
        try
        {
            if (FindLeftovers() is not [])
            {
                using var otherProcessesWait = PrivateFile.OpenLock(LockPath);
                RemoveLeftovers();
            }
        }
        // Another process changes the keys, or this one may not. The next change removes them.
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
                $"The signing keys in {Path} are not safe. {fault}, or set DataDirectory to a new folder within it. If somebody else may "
                + "have put the keys there, move them away, and a new key is made.");
        }
    }

    // Root can read a file of any user, who could then choose the keys.
    private void RequireOwner()
    {
        var expected = FileOwner.OtherThanRoot(folder)?.Uid ?? 0;

        if (FileOwner.OtherThanRoot(Path) is { } owner && owner.Uid != expected)
        {
            throw KeyRingException.Unchanged(
                $"The signing keys in {Path} belong to the user {owner.Uid}, who owns neither this program nor the folder. If nobody else "
                + $"can have written them, run `chown {expected} {Path}`; otherwise move them away, and a new key is made.");
        }
    }

    [LoggerMessage(2, LogLevel.Warning, "{Path} has signing keys of a rotation that was interrupted, and cannot be removed: {Reason}")]
    private static partial void LogNotRemoved(ILogger logger, string path, string reason);
}
