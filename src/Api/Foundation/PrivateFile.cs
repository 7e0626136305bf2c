namespace Api.Foundation;

/// <summary>Files and folders that nobody but their owner may read or write. (On Windows they inherit the folder's rights.)</summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerMayReadAndWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the folder, and those above it, where they are missing (mode 700).</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerMayReadAndWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>
    /// Makes a new file (mode 600); fails where there is one. Where this program is root, the file gets the owner of its folder, so that a
    /// service that runs as that user can read it.
    /// </summary>
    /// <param name="path">The new file.</param>
    /// <param name="like">A file whose owner and mode the new one gets instead.</param>
    public static FileStream CreateFile(string path, string? like = null)
    {
        var file = Open(path, FileMode.CreateNew);

        try
        {
            FileOwner.OtherThanRoot(like ?? Path.GetDirectoryName(path)!)?.TakeOver(file.SafeFileHandle);

            if (like is not null && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file.SafeFileHandle, File.GetUnixFileMode(like));
            }

            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Opens a file (mode 600) that nobody else can open until it is closed; fails while somebody else has it open.</summary>
    public static FileStream OpenLock(string path)
    {
        // Not made by the opening itself, which would follow a link and leave the file to root.
        if (!File.Exists(path))
        {
            try
            {
                CreateFile(path).Dispose();
            }
            catch (IOException) when (File.Exists(path))
            {
            }
        }

        return Open(path, FileMode.Open);
    }

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
        };

        if (!OperatingSystem.IsWindows() && mode is FileMode.CreateNew)
        {
            options.UnixCreateMode = OwnerMayReadAndWrite;
        }

        return new(path, options);
    }

    /// <summary>Why a file or folder is not safe from other users of the machine, with the remedy; null where it is.</summary>
    public static string? FindFault(string path) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite)
            ? $"Every user of this machine can change {path}. Run `chmod o-w {path}`"
            : null;

    /// <summary>Whether somebody else may read or write the file.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerMayReadAndWrite) is not UnixFileMode.None;
}
