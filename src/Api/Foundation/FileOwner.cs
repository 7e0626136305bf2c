using System.Formats.Tar;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Api.Foundation;

/// <summary>
/// The user and group that own a file. They matter if this program runs as root: root can read every file, but a service user
/// cannot read files that root created.
/// </summary>
internal sealed record FileOwner(int Uid, int Gid)
{
    /// <summary>
    /// Returns the owner of a file or folder, or null if this program does not run as root or root is the owner.
    /// </summary>
    public static FileOwner? OtherThanRoot(string path) =>
        !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess && Of(path) is { Uid: not 0 } owner ? owner : null;

    /// <summary>Changes the owner of an open file to this owner.</summary>
    /// <exception cref="IOException">The owner cannot be changed.</exception>
    public void TakeOver(SafeFileHandle file)
    {
        if (NativeMethods.ChangeOwner(file, Uid, Gid) is not 0)
        {
            throw new IOException(
                $"The owner of a file cannot be changed to user {Uid}, who owns its folder: "
                + $"{Marshal.GetLastPInvokeErrorMessage()}. Run the program as that user.");
        }
    }

    // A tar entry is the only .NET API that returns the owner. The entry of a folder has no content; a file is read completely.
    private static FileOwner Of(string path)
    {
        using var archive = new MemoryStream();

        using (var writer = new TarWriter(archive, leaveOpen: true))
        {
            writer.WriteEntry(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path, "file");
        }

        archive.Position = 0;
        using var reader = new TarReader(archive);
        var entry = reader.GetNextEntry()!;

        return new(entry.Uid, entry.Gid);
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "fchown", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int ChangeOwner(SafeFileHandle file, int owner, int group);
    }
}
