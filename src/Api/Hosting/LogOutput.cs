using System.Runtime.InteropServices;

namespace Api.Hosting;

/// <summary>
/// Writes log lines to a stream, each before the call returns. A write that fails or blocks for more than a second throws, so
/// that a full disk or an unread pipe does not block requests that log.
/// </summary>
/// <param name="stream">The stream to write to.</param>
/// <param name="waitUntilWritable">Waits up to this many milliseconds until 4,096 bytes can be written without blocking.</param>
internal sealed class LogOutput(Stream stream, Func<int, bool> waitUntilWritable) : IDisposable
{
    private const int Timeout = 1000;

    // The number of bytes that a pipe accepts at once (POSIX, PIPE_BUF).
    private const int MaximumWrite = 4096;

    private readonly Lock _writing = new();
    private volatile bool _isStuck;

#pragma warning disable CA2000 // Disposed of with this object.
    public static LogOutput StandardOutput() => new(Console.OpenStandardOutput(), Poll.IsWritable);
#pragma warning restore CA2000

    /// <exception cref="IOException">The line was not written, or was written only in part.</exception>
    public void Write(ReadOnlySpan<byte> line)
    {
        // Only the first blocked write waits. Later writes fail at once until the stream is writable again.
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

    private static IOException Stuck() => new("Standard output cannot be written: its pipe is full and is not being read.");

    private static class Poll
    {
        private const int StandardOutput = 1;
        private const short Writable = 4;

        // Windows has no poll. Its console does not block.
        public static bool IsWritable(int milliseconds)
        {
            if (OperatingSystem.IsWindows())
            {
                return true;
            }

            var descriptor = new Descriptor { File = StandardOutput, Events = Writable };

            // If poll fails or is interrupted, the write itself reports the error.
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
