using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Api.Foundation.Net;

/// <summary>
/// Fetches JSON documents from public https addresses that somebody else has chosen. Every such request of the program is made here.
/// The address, the certificate, the time and the size are limited, redirects and proxies are not used.
/// </summary>
internal sealed class PublicHttpFetch(HttpMessageHandler handler) : IDisposable
{
    /// <summary>In bytes.</summary>
    public const int MaximumLength = 64 * 1024;

    /// <summary>From the resolution of the name to the last byte.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly HttpMessageInvoker _http = new(handler);

    /// <summary>Fetches one document. A failure is a value, not an exception: it is the fault of the other server.</summary>
    /// <param name="address">An address that <see cref="PublicAddress.Parse"/> accepts.</param>
    /// <param name="accept">The media types to ask for.</param>
    /// <param name="cancellation">Ends the request early.</param>
    public async Task<FetchedDocument> GetAsync(Uri address, string accept, CancellationToken cancellation)
    {
        if (!PublicAddress.IsPublic(address))
        {
            return FetchedDocument.Failed("is not a public https address");
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
        // The connection ended, or the framing of the body is wrong.
        catch (IOException)
        {
            return FetchedDocument.Failed("was not received completely");
        }
    }

    public void Dispose() => _http.Dispose();

    private static string? FindFault(HttpResponseMessage response) =>
        response.StatusCode is not HttpStatusCode.OK ? $"was answered with the status {(int)response.StatusCode}"
        : response.Content.Headers.ContentEncoding.Count > 0 ? "is compressed (Content-Encoding), which was not asked for"
        : !MayBeJson(response.Content.Headers) ? "is not JSON by its Content-Type"
        : response.Content.Headers.ContentLength > MaximumLength ? TooLong
        : null;

    // Hosts of static files that do not know the file's type send text/plain, octet-stream or nothing.
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

    // The message of the exception may quote the answer.
    private static string Explain(HttpRequestException exception) => exception switch
    {
        { InnerException: AddressNotAllowedException } => "has a host name with an address that is not public",
        { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "cannot be fetched: the TLS connection failed. The certificate must be valid for the host name, and the server must send "
            + "the intermediate certificates, which are not downloaded",
        { InnerException: SocketException socket } => $"cannot be fetched: {exception.HttpRequestError}, {socket.SocketErrorCode}",
        _ => $"cannot be fetched: {exception.HttpRequestError}",
    };
}

/// <summary>What a request has fetched; or why it failed, as the end of a sentence about the document.</summary>
internal sealed record FetchedDocument(ReadOnlyMemory<byte> Body, string? Fault)
{
    public static FetchedDocument Failed(string fault) => new(default, fault);
}

internal static class NetRegistration
{
    public static void AddPublicHttpFetch(this IServiceCollection services) =>
        services.AddSingleton(_ => new PublicHttpFetch(GuardedConnection.NewHandler(ConnectionRule.Public)));
}
