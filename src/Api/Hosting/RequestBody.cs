using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Primitives;

namespace Api.Hosting;

/// <summary>Reads the body of a request to its end where it is not too large, as it is, and whole (RFC 9110 §6.4, RFC 9112 §6.3).</summary>
internal static class RequestBody
{
    /// <summary>The bytes, or else why there are none.</summary>
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
        // The connection is gone. Without this, Kestrel looks for the rest of the body and logs that there is none as an error.
        catch (Exception exception) when (exception is ConnectionResetException or OperationCanceledException)
        {
            request.HttpContext.Abort();

            return (default, UnreadableBody.Incomplete(status: null));
        }
        // Damaged chunks (RFC 9112 §7.1), an early end, or fewer bytes a second than the web server waits for.
        catch (IOException exception)
        {
            return (default, UnreadableBody.Incomplete((exception as BadHttpRequestException)?.StatusCode));
        }
    }

    // Counted here as well: a length need not be given, and not every server in front of this code limits it. Each piece is consumed,
    // and no read is cancelled: where a connection ends after either of these, Kestrel logs an error of its own.
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

    // Read as if it were not encoded, it would be another request than the one that a server in front of this code has seen.
    private static bool IsEncoded(HttpRequest request) =>
        !StringValues.IsNullOrEmpty(request.Headers.ContentEncoding)
        || (request.Headers.TransferEncoding is { Count: > 0 } coding
            && !StringComparer.OrdinalIgnoreCase.Equals(coding.ToString(), "chunked"));
}

/// <summary>Why a body cannot be read: a status (RFC 9110 §15.5) and a fixed text.</summary>
internal sealed record UnreadableBody(int Status, string Description)
{
    public static readonly UnreadableBody TooLarge = new(StatusCodes.Status413PayloadTooLarge, "The body is too large.");

    public static readonly UnreadableBody Encoded = new(StatusCodes.Status415UnsupportedMediaType, "The body must not be encoded.");

    public static UnreadableBody Incomplete(int? status) =>
        new(status ?? StatusCodes.Status400BadRequest, "The body did not arrive whole.");
}
