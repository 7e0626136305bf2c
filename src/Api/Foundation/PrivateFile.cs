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

    /// <summary>Makes a new file (mode 600); fails where there is one.</summary>
    public static FileStream CreateFile(string path) => Open(path, FileMode.CreateNew);

    /// <summary>Opens a file (mode 600) that nobody else can open until it is closed; fails while somebody else has it open.</summary>
    public static FileStream OpenLock(string path) => Open(path, FileMode.OpenOrCreate);

    private static FileStream Open(string path, FileMode mode)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.Write,
            Share = FileShare.None,
            Options = FileOptions.Asynchronous,
        };

        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerMayReadAndWrite;
        }

        return new(path, options);
    }

    /// <summary>Whether somebody else may read or write the file.</summary>
    public static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerMayReadAndWrite) is not UnixFileMode.None;
}
