namespace Api.Foundation;

/// <summary>
/// Files and folders that only their owner can read or write. On Windows, they inherit the permissions of their folder.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerMayReadAndWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates the folder and its missing parents (mode 700).</summary>
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
    /// Creates a new file (mode 600). Fails if it exists. If this program runs as root, the file gets the owner of its folder, so
    /// that a service that runs as that user can read it.
    /// </summary>
    /// <param name="path">The path of the new file.</param>
    /// <param name="like">A file whose owner and mode the new file gets instead.</param>
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

    /// <summary>Opens a lock file (mode 600) exclusively. Fails while another process has it open.</summary>
    public static FileStream OpenLock(string path)
    {
        // Create the file separately: opening with create would follow a symbolic link and leave the file owned by root.
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

    /// <summary>Returns why other users can change a file or folder, with the remedy, or null if they cannot.</summary>
    public static string? FindFault(string path) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite)
            ? $"Every user of this machine can change {path}. Run `chmod o-w {path}`"
            : null;

    /// <summary>Whether other users can read or write the file.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerMayReadAndWrite) is not UnixFileMode.None;
}
