using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Api.Foundation.Net;

/// <summary>
/// Fetches JSON documents from https URLs that others have chosen. All such requests of the program use this class. It limits the
/// addresses, the certificate, the time and the size, and uses no redirects and no proxy.
/// </summary>
internal sealed class PublicHttpFetch(HttpMessageHandler handler) : IDisposable
{
    /// <summary>The maximum document size in bytes.</summary>
    public const int MaximumLength = 64 * 1024;

    /// <summary>The time limit from name resolution to the last byte.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly HttpMessageInvoker _http = new(handler);

    /// <summary>Fetches one document. A failure is returned, not thrown, because the other server causes it.</summary>
    /// <param name="address">A URL that <see cref="PublicAddress.Parse"/> accepts.</param>
    /// <param name="accept">The value of the Accept header.</param>
    /// <param name="cancellation">Cancels the request.</param>
    public async Task<FetchedDocument> GetAsync(Uri address, string accept, CancellationToken cancellation)
    {
        if (!PublicAddress.IsPublic(address))
        {
            return FetchedDocument.Failed("is not at a public https address");
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(Timeout);

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "Accept", accept } } };
            using var response = await _http.SendAsync(request, timeout.Token);

            return FindFault(response) is { } fault
                ? FetchedDocument.Failed(fault)
                : await ReadAsync(response.Content, timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return FetchedDocument.Failed($"was not received within {Timeout.TotalSeconds} seconds");
        }
        catch (HttpRequestException exception)
        {
            return FetchedDocument.Failed(Explain(exception));
        }
        // The connection ended early, or the framing of the body is invalid.
        catch (IOException)
        {
            return FetchedDocument.Failed("was not received completely");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string? FindFault(HttpResponseMessage response) =>
        response.StatusCode is not HttpStatusCode.OK ? $"cannot be fetched: the server returned status {(int)response.StatusCode}"
        : response.Content.Headers.ContentEncoding.Count > 0 ? "has a Content-Encoding, which the request did not accept"
        : !MayBeJson(response.Content.Headers) ? "is not JSON by its Content-Type"
        : response.Content.Headers.ContentLength > MaximumLength ? TooLong
        : null;

    // Static file hosts send text/plain, application/octet-stream or no Content-Type for unknown file types.
    private static bool MayBeJson(HttpContentHeaders headers) => headers.ContentType?.MediaType is not { } type
        ? !headers.Contains("Content-Type")
        : type.EndsWith("/json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            || type.EndsWith("/octet-stream", StringComparison.OrdinalIgnoreCase)
            || type.Equals("text/plain", StringComparison.OrdinalIgnoreCase);

    private static string TooLong => $"is longer than {MaximumLength} bytes";

    private static async Task<FetchedDocument> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        await using var body = await content.ReadAsStreamAsync(cancellation);

        return await body.ReadToEndAsync(MaximumLength, cancellation) is { } bytes
            ? new(bytes, Fault: null)
            : FetchedDocument.Failed(TooLong);
    }

    // The message of the exception may quote the response.
    private static string Explain(HttpRequestException exception) => exception switch
    {
        { InnerException: AddressNotAllowedException } => "has a host name that resolves to a non-public address",
        { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "cannot be fetched: the TLS connection failed. The certificate must be valid for the host name, and the server "
            + "must send the intermediate certificates, which are not downloaded",
        { InnerException: SocketException socket } => $"cannot be fetched: {exception.HttpRequestError}, {socket.SocketErrorCode}",
        _ => $"cannot be fetched: {exception.HttpRequestError}",
    };
}

/// <summary>A fetched document, or the fault as the end of a sentence about the document.</summary>
internal sealed record FetchedDocument(ReadOnlyMemory<byte> Body, string? Fault)
{
    public static FetchedDocument Failed(string fault) => new(default, fault);
}

internal static class NetRegistration
{
    public static void AddPublicHttpFetch(this IServiceCollection services) =>
        services.AddSingleton(_ => new PublicHttpFetch(GuardedConnection.NewHandler(ConnectionRule.Public)));
}
