using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Api.Foundation.Net;

/// <summary>Resolves host names and decides which IP addresses a connection may use.</summary>
internal sealed record ConnectionRule(
    Func<string, CancellationToken, Task<IPAddress[]>> Resolve, Func<IPAddress, bool> IsAllowed)
{
    /// <summary>Allows public addresses only. Production code uses no other rule.</summary>
    public static readonly ConnectionRule Public = new(Dns.GetHostAddressesAsync, PublicAddress.IsPublic);
}

/// <summary>
/// Creates connections to hosts that others have chosen. The IP addresses are checked after resolution and used for the
/// connection, so that a name cannot change its address in between (DNS rebinding). No response causes another request.
/// </summary>
internal static class GuardedConnection
{
    public static SocketsHttpHandler NewHandler(ConnectionRule rule) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would resolve the name without the check.
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        // Every request resolves and checks the name again.
        PooledConnectionLifetime = TimeSpan.Zero,
        // A connection attempt continues after its request is cancelled. This timeout ends it.
        ConnectTimeout = TimeSpan.FromSeconds(2),
        // In KiB.
        MaxResponseHeadersLength = 16,
        // Do not read the rest of a body that is too long.
        MaxResponseDrainSize = 0,
        ActivityHeadersPropagator = null,
        SslOptions = new() { CertificateChainPolicy = NewChainPolicy() },
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, rule, cancellation),
    };

    // By default, .NET downloads missing issuer certificates from URLs in the certificate (AIA, RFC 5280 §4.2.2.1): over http,
    // from any host, with redirects and proxy. Revocation lists have such URLs too.
    private static X509ChainPolicy NewChainPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, ConnectionRule rule, CancellationToken cancellation)
    {
        var addresses = await rule.Resolve(host.Host, cancellation);

        // Reject the host if any of its addresses is not allowed: a public name has no private address.
        if (!addresses.All(rule.IsAllowed))
        {
            throw new AddressNotAllowedException();
        }

#pragma warning disable CA2000 // The NetworkStream disposes the socket.
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
#pragma warning restore CA2000

        try
        {
            await socket.ConnectAsync(addresses, host.Port, cancellation);

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host name resolves to an IP address that the rule does not allow.</summary>
internal sealed class AddressNotAllowedException() : Exception("The address is not allowed.");
