using System.Runtime.InteropServices;

namespace Api.Hosting;

/// <summary>
/// Writes log lines to a stream, each before the call returns. A write that fails or that would block for longer than a second throws: a
/// full disk or a pipe that nobody reads must not stop the requests that log.
/// </summary>
/// <param name="stream">Where the lines go.</param>
/// <param name="waitUntilWritable">Waits for so many milliseconds until the stream takes 4,096 bytes without blocking.</param>
internal sealed class LogOutput(Stream stream, Func<int, bool> waitUntilWritable) : IDisposable
{
    private const int Timeout = 1000;

    // What a pipe takes at once (POSIX, PIPE_BUF).
    private const int MaximumWrite = 4096;

    private readonly Lock _writing = new();
    private volatile bool _isStuck;

#pragma warning disable CA2000 // Disposed of with this object.
    public static LogOutput StandardOutput() => new(Console.OpenStandardOutput(), Poll.IsWritable);
#pragma warning restore CA2000

    /// <exception cref="IOException">The line was not written, or only its beginning.</exception>
    public void Write(ReadOnlySpan<byte> line)
    {
        // The first line waits for a reader. Until there is one again, no other does.
        var timeout = _isStuck ? 0 : Timeout;

        if (!_writing.TryEnter(timeout))
        {
            throw Stuck();
        }

        try
        {
            for (; line.Length > 0; line = line[Math.Min(line.Length, MaximumWrite)..])
            {
                _isStuck = !waitUntilWritable(timeout);

                if (_isStuck)
                {
                    throw Stuck();
                }

                stream.Write(line[..Math.Min(line.Length, MaximumWrite)]);
            }

            stream.Flush();
        }
        finally
        {
            _writing.Exit();
        }
    }

    public void Dispose() => stream.Dispose();

    private static IOException Stuck() => new("Nothing reads the standard output of this program, and its pipe is full.");

    private static class Poll
    {
        private const int StandardOutput = 1;
        private const short Writable = 4;

        // Windows has no poll, and its console takes every line.
        public static bool IsWritable(int milliseconds)
        {
            if (OperatingSystem.IsWindows())
            {
                return true;
            }

            var descriptor = new Descriptor { File = StandardOutput, Events = Writable };

            // An error or a signal is left to the write itself.
            return NativeMethods.Poll(ref descriptor, 1, milliseconds) is not 0;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Descriptor
    {
        public int File;
        public short Events;
        public short ReturnedEvents;
    }

    private static class NativeMethods
    {
        [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Poll(ref Descriptor descriptors, nuint count, int milliseconds);
    }
}
