using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Api.Tests.Support;

/// <summary>A certificate authority for tests, and valid and invalid TLS certificates from it.</summary>
internal static class TestCertificates
{
    public const string Host = "keys.example";

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    public static X509Certificate2 Root { get; } = CreateAuthority("CN=Root", null);

    /// <summary>A valid certificate for the host.</summary>
    public static X509Certificate2 Good() => Create();

    public static X509Certificate2 ForOtherHost() => Create(host: "other.example");

    public static X509Certificate2 ForAddress() => Create(host: "127.0.0.1", address: IPAddress.Loopback);

    public static X509Certificate2 Expired() => Create(from: Now.AddDays(-2), to: Now.AddDays(-1));

    public static X509Certificate2 NotYetValid() => Create(from: Now.AddDays(1), to: Now.AddDays(2));

    public static X509Certificate2 ForClients() => Create(usage: ClientAuthentication);

    public static X509Certificate2 SelfSigned() => Create(selfSigned: true);

    public static X509Certificate2 OfOtherAuthority() => Create(CreateAuthority("CN=Other", null));

    /// <summary>A certificate whose intermediate the server does not send. It names an address to download it from.</summary>
    public static X509Certificate2 WithoutIssuer(Uri issuer) =>
        Create(CreateAuthority("CN=Intermediate", Root), extensions:
        [
            new X509AuthorityInformationAccessExtension([issuer.AbsoluteUri], [issuer.AbsoluteUri]),
            CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([issuer.AbsoluteUri]),
        ]);

    /// <summary>A valid certificate with the address of a revocation list.</summary>
    public static X509Certificate2 WithRevocation(Uri address) => Create(extensions:
    [
        new X509AuthorityInformationAccessExtension([address.AbsoluteUri], [address.AbsoluteUri]),
        CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([address.AbsoluteUri]),
    ]);

    private static X509Certificate2 Create(
        X509Certificate2? issuer = null,
        string host = Host,
        IPAddress? address = null,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        string usage = ServerAuthentication,
        bool selfSigned = false,
        params X509Extension[] extensions)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();

        if (address is null)
        {
            names.AddDnsName(host);
        }
        else
        {
            names.AddIpAddress(address);
        }

        foreach (var extension in (X509Extension[])[names.Build(), new X509EnhancedKeyUsageExtension([new(usage)], false), .. extensions])
        {
            request.CertificateExtensions.Add(extension);
        }

        var (begin, end) = (from ?? Now.AddDays(-1), to ?? Now.AddDays(3));

        if (selfSigned)
        {
            return request.CreateSelfSigned(begin, end);
        }

        using var certificate = request.Create(issuer ?? Root, begin, end, RandomNumberGenerator.GetBytes(8));

        return certificate.CopyWithPrivateKey(key);
    }

    private static X509Certificate2 CreateAuthority(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));

        if (issuer is null)
        {
            return request.CreateSelfSigned(Now.AddDays(-5), Now.AddDays(5));
        }

        using var certificate = request.Create(issuer, Now.AddDays(-4), Now.AddDays(4), RandomNumberGenerator.GetBytes(8));

        return certificate.CopyWithPrivateKey(key);
    }
}
