using System.Formats.Tar;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Api.Foundation;

/// <summary>
/// The user and group that a file belongs to. It matters where this program is root: root may read every file, but the user of a service
/// cannot read what root has made.
/// </summary>
internal sealed record FileOwner(int Uid, int Gid)
{
    /// <summary>The owner of a file or folder; null where this program is not root, or root is the owner.</summary>
    public static FileOwner? OtherThanRoot(string path) =>
        !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess && Of(path) is { Uid: not 0 } owner ? owner : null;

    /// <summary>Gives a file that this program has open to its owner.</summary>
    /// <exception cref="IOException">That is not possible.</exception>
    public void TakeOver(SafeFileHandle file)
    {
        if (NativeMethods.ChangeOwner(file, Uid, Gid) is not 0)
        {
            throw new IOException(
                $"A file cannot be given to the user {Uid}, whose folder it is in: {Marshal.GetLastPInvokeErrorMessage()}. "
                + "Run the program as that user.");
        }
    }

    // .NET tells the owner nowhere else. A folder has no content here; a file is read whole.
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
