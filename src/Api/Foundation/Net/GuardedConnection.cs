using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Api.Foundation.Net;

/// <summary>How a host name is resolved, and which addresses a connection may be made to.</summary>
internal sealed record ConnectionRule(
    Func<string, CancellationToken, Task<IPAddress[]>> Resolve, Func<IPAddress, bool> IsAllowed)
{
    /// <summary>Public addresses only. The program uses no other rule.</summary>
    public static readonly ConnectionRule Public = new(Dns.GetHostAddressesAsync, PublicAddress.IsPublic);
}

/// <summary>
/// Connections to hosts that somebody else has chosen. The addresses are checked when the connection is made, after the name has been
/// resolved: a name cannot change its address between check and use. Nothing that the host sends causes another request.
/// </summary>
internal static class GuardedConnection
{
    public static SocketsHttpHandler NewHandler(ConnectionRule rule) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        // A proxy would resolve the name itself.
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        // Each request resolves and checks the name again.
        PooledConnectionLifetime = TimeSpan.Zero,
        // An attempt to connect continues after its request is cancelled; this ends it.
        ConnectTimeout = TimeSpan.FromSeconds(2),
        // In KiB.
        MaxResponseHeadersLength = 16,
        // A body that is too long is not read further.
        MaxResponseDrainSize = 0,
        ActivityHeadersPropagator = null,
        SslOptions = new() { CertificateChainPolicy = NewChainPolicy() },
        ConnectCallback = (context, cancellation) => ConnectAsync(context.DnsEndPoint, rule, cancellation),
    };

    // By default, .NET downloads missing issuers from the addresses that the certificate names (AIA, RFC 5280 §4.2.2.1): over http, from
    // any host, with redirects and proxy. Revocation lists have such addresses as well.
    private static X509ChainPolicy NewChainPolicy() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
    };

    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, ConnectionRule rule, CancellationToken cancellation)
    {
        var addresses = await rule.Resolve(host.Host, cancellation);

        // One address that is not allowed is reason enough: a name of the public internet has none.
        if (!addresses.All(rule.IsAllowed))
        {
            throw new AddressNotAllowedException();
        }

#pragma warning disable CA2000 // The stream disposes of it.
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

/// <summary>A host name resolves to an address that the rule does not allow.</summary>
internal sealed class AddressNotAllowedException() : Exception("The address is not allowed.");
