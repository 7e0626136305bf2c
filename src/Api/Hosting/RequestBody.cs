using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Primitives;

namespace Api.Hosting;

/// <summary>Reads a complete request body up to a maximum length, without decoding it (RFC 9110 §6.4, RFC 9112 §6.3).</summary>
internal static class RequestBody
{
    /// <summary>Returns the bytes, or the reason why the body cannot be read.</summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, UnreadableBody? Fault)> ReadAsync(HttpRequest request, int maximumLength)
    {
        if (IsEncoded(request))
        {
            return (default, UnreadableBody.Encoded);
        }

        if (request.ContentLength > maximumLength)
        {
            return (default, UnreadableBody.TooLarge);
        }

        try
        {
            var body = await ReadAsync(request.BodyReader, maximumLength);

            return (body ?? default, body is null ? UnreadableBody.TooLarge : null);
        }
        // The connection is closed. Without Abort, Kestrel tries to read the rest of the body and logs an error.
        catch (Exception exception) when (exception is ConnectionResetException or OperationCanceledException)
        {
            request.HttpContext.Abort();

            return (default, UnreadableBody.Incomplete(status: null));
        }
        // Invalid chunks (RFC 9112 §7.1), a premature end, or a data rate below the server's minimum.
        catch (IOException exception)
        {
            return (default, UnreadableBody.Incomplete((exception as BadHttpRequestException)?.StatusCode));
        }
    }

    // Count the bytes here too: Content-Length is optional, and not every server limits the body. Consume every piece and cancel
    // no read: otherwise Kestrel logs an error when the connection ends.
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(PipeReader reader, int maximumLength)
    {
        var body = new ArrayBufferWriter<byte>();

        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            var isTooLarge = body.WrittenCount + read.Buffer.Length > maximumLength;

            foreach (var piece in isTooLarge ? default : read.Buffer)
            {
                body.Write(piece.Span);
            }

            reader.AdvanceTo(read.Buffer.End);

            if (isTooLarge || read.IsCompleted)
            {
                return isTooLarge ? (ReadOnlyMemory<byte>?)null : body.WrittenMemory;
            }

            if (read.IsCanceled)
            {
                throw new OperationCanceledException();
            }
        }
    }

    // Reject encoded bodies: a server in front of this one could have interpreted the request differently (request smuggling).
    private static bool IsEncoded(HttpRequest request) =>
        !StringValues.IsNullOrEmpty(request.Headers.ContentEncoding)
        || (request.Headers.TransferEncoding is { Count: > 0 } coding
            && !StringComparer.OrdinalIgnoreCase.Equals(coding.ToString(), "chunked"));
}

/// <summary>The reason why a body cannot be read: a status (RFC 9110 §15.5) and a fixed description.</summary>
internal sealed record UnreadableBody(int Status, string Description)
{
    public static readonly UnreadableBody TooLarge = new(StatusCodes.Status413PayloadTooLarge, "The body is too large.");

    public static readonly UnreadableBody Encoded = new(StatusCodes.Status415UnsupportedMediaType, "The body must not be encoded.");

    public static UnreadableBody Incomplete(int? status) =>
        new(status ?? StatusCodes.Status400BadRequest, "The body is incomplete.");
}
