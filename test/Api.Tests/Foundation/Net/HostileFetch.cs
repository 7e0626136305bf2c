using System.Net;
using System.Security.Cryptography.X509Certificates;
using Api.Foundation.Net;
using Api.Tests.Support;

namespace Api.Tests.Foundation.Net;

/// <summary>Requests for a document to a hostile server on this machine.</summary>
internal static class HostileFetch
{
    public const string Good = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

    /// <summary>The rule of these tests: every name resolves to this machine, which is allowed.</summary>
    public static ConnectionRule OnThisMachine => new(Resolve("127.0.0.1"), IPAddress.IsLoopback);

    public static Func<string, CancellationToken, Task<IPAddress[]>> Resolve(string addresses) =>
        (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Split(' ').Select(IPAddress.Parse)]);

    public static PublicHttpFetch FetchFrom(ConnectionRule rule)
    {
        var handler = GuardedConnection.NewHandler(rule);
        handler.SslOptions.CertificateChainPolicy!.TrustMode = X509ChainTrustMode.CustomRootTrust;
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(TestCertificates.Root);

        return new(handler);
    }

    public static Task<FetchedDocument> GetAsync(PublicHttpFetch fetch, HostileServer server) =>
        fetch.GetAsync(new($"https://{TestCertificates.Host}:{server.Port}/"), "application/json", default);
}
