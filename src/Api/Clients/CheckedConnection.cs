using System.Net;
using System.Net.Sockets;

namespace Api.Clients;

/// <summary>
/// Requests to addresses that somebody else has chosen: the address is checked when the connection is made, so that no name leads
/// elsewhere than it did at its check, and no answer leads further.
/// </summary>
internal static class CheckedConnection
{
    /// <param name="isAllowed">Whether a connection to this address may be made.</param>
    public static SocketsHttpHandler NewHandler(Func<IPAddress, bool> isAllowed) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would resolve the name by itself.
        UseProxy = false,
        // Each request is checked anew; they are rare, and Lambda lets connections die between them.
        PooledConnectionLifetime = TimeSpan.Zero,
        // Or an attempt to connect would live on when the request has been given up.
        ConnectTimeout = TimeSpan.FromSeconds(2),
        MaxResponseHeadersLength = 16,
        ActivityHeadersPropagator = null,
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, isAllowed, cancellation),
    };

    private static async ValueTask<Stream> ConnectAsync(
        DnsEndPoint server, Func<IPAddress, bool> isAllowed, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(server.Host, cancellation);

        // One that is not allowed says enough about the name.
        if (!addresses.All(isAllowed))
        {
            throw new SocketException((int)SocketError.AccessDenied);
        }

#pragma warning disable CA2000 // The stream disposes of it.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000

        try
        {
            await socket.ConnectAsync(addresses, server.Port, cancellation);

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
