using System.Collections.Immutable;

namespace Api.Keys;

/// <summary>The key ring in a file that only its owner may read (mode 600).</summary>
internal sealed class KeyRingFile(AuthorizationServerOptions options, TimeProvider time)
{
    private readonly string _path = Path.Combine(options.DataDirectory, "signing-keys.json");

    /// <summary>Reads the keys; makes the first one where there is no file yet.</summary>
    /// <exception cref="KeyRingException">The file is damaged, open to others, or cannot be read or written.</exception>
    public async Task<ImmutableArray<SigningKey>> LoadAsync(CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(_path))
            {
                await CreateAsync([SigningKey.Create(options.KeySize, time.GetUtcNow())], cancellation);
            }

            RefuseOtherReaders();

            return KeyRingDocument.Parse(await ReadAsync(cancellation));
        }
        catch (FormatException exception)
        {
            throw new KeyRingException(
                $"The signing keys in {_path} cannot be used: {exception.Message}. Restore the file from a backup; or, if every "
                + "token signed so far may become invalid, move it away, and a new key is made.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException(
                $"The signing keys in {_path} cannot be read or written: {exception.Message} Let this user read and write the "
                + "folder, or set DataDirectory to another one.", exception);
        }
    }

    // Written whole under another name, then moved, so that nobody ever meets half a file.
    private async Task CreateAsync(ImmutableArray<SigningKey> keys, CancellationToken cancellation)
    {
        OwnerOnly.CreateFolder(options.DataDirectory);
        var temporary = $"{_path}.{Guid.NewGuid():N}";

        try
        {
            await using (var file = OwnerOnly.CreateFile(temporary))
            {
                await file.WriteAsync(KeyRingDocument.Write(keys), cancellation);
                await file.FlushAsync(cancellation);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
            }

            File.Move(temporary, _path);
        }
        catch (IOException) when (File.Exists(_path))
        {
            // Another process was first: its keys are the ones that count.
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async Task<byte[]> ReadAsync(CancellationToken cancellation)
    {
        await using var file = File.OpenRead(_path);

        if (file.Length > KeyRingDocument.MaximumLength)
        {
            throw new FormatException($"it is longer than {KeyRingDocument.MaximumLength} bytes");
        }

        var json = new byte[file.Length];
        await file.ReadExactlyAsync(json, cancellation);

        return json;
    }

    private void RefuseOtherReaders()
    {
        if (OwnerOnly.IsOpenToOthers(_path))
        {
            throw new KeyRingException(
                $"The signing keys in {_path} may be read or written by others. Run `chmod 600 {_path}`; if somebody else may have "
                + "read them, move the file away instead, and a new key is made.");
        }
    }
}
