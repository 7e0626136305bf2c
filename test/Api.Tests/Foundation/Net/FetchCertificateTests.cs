using System.Security.Cryptography.X509Certificates;
using System.Text;
using Api.Foundation.Net;
using Api.Tests.Support;
using static Api.Tests.Foundation.Net.HostileFetch;

namespace Api.Tests.Foundation.Net;

/// <summary>The TLS certificates of servers from which documents are fetched.</summary>
public sealed class FetchCertificateTests
{
    public static TheoryData<string, bool> Certificates => new()
    {
        { nameof(TestCertificates.Good), true },
        { nameof(TestCertificates.ForOtherHost), false },
        { nameof(TestCertificates.ForAddress), false },
        { nameof(TestCertificates.Expired), false },
        { nameof(TestCertificates.NotYetValid), false },
        { nameof(TestCertificates.ForClients), false },
        { nameof(TestCertificates.SelfSigned), false },
        { nameof(TestCertificates.OfOtherAuthority), false },
    };

    [Theory]
    [MemberData(nameof(Certificates))]
    public async Task Certificate_must_be_valid_for_the_name(string certificate, bool isGood)
    {
        using var presented = (X509Certificate2)typeof(TestCertificates).GetMethod(certificate)!.Invoke(null, [])!;
        await using var server = HostileServer.Start(presented, Good);
        using var fetch = FetchFrom(OnThisMachine);

        var document = await GetAsync(fetch, server);

        Assert.Equal(isGood ? "{}" : "", Encoding.UTF8.GetString(document.Body.Span));
        Assert.Equal(isGood, document.Fault is null);
        Assert.True(isGood || document.Fault!.Contains("the TLS connection failed", StringComparison.Ordinal), document.Fault);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Issuer_of_a_certificate_is_not_downloaded(bool isTrusted)
    {
        await using var other = HostileServer.Counter();
        using var certificate = TestCertificates.WithoutIssuer(new($"http://127.0.0.1:{other.Port}/latest/meta-data/"));
        await using var server = HostileServer.Start(certificate, Good);
        // With the trusted roots of the machine, as in production, and with those of the tests.
        using var fetch = isTrusted ? FetchFrom(OnThisMachine) : new(GuardedConnection.NewHandler(OnThisMachine));

        var document = await GetAsync(fetch, server);

        Assert.Contains("the server must send the intermediate certificates", document.Fault, StringComparison.Ordinal);
        Assert.Equal(0, other.Connections);
    }

    [Fact]
    public async Task Revocation_list_of_a_certificate_is_not_downloaded()
    {
        await using var other = HostileServer.Counter();
        using var certificate = TestCertificates.WithRevocation(new($"http://127.0.0.1:{other.Port}/"));
        await using var server = HostileServer.Start(certificate, Good);
        using var fetch = FetchFrom(OnThisMachine);

        Assert.Null((await GetAsync(fetch, server)).Fault);
        Assert.Equal(0, other.Connections);
    }
}
