namespace Api.Foundation;

internal static class BoundedStream
{
    /// <summary>Reads a stream to its end. Returns null if it is longer than the maximum.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadToEndAsync(
        this Stream stream, int maximumLength, CancellationToken cancellation = default)
    {
        var buffer = new byte[maximumLength + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);

        return length > maximumLength ? (ReadOnlyMemory<byte>?)null : buffer.AsMemory(0, length);
    }
}
