using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Api.Foundation.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Foundation.Net;

/// <summary>What a hostile name, certificate or server can do to a request for a document, and what it cannot.</summary>
public sealed class PublicHttpFetchTests
{
    private const string Good = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("100.64.0.1")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.170.2")]
    [InlineData("192.0.0.192")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fd20:ce::254")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::127.0.0.1")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::10.0.0.1")]
    [InlineData("100::1")]
    [InlineData("2001:0:a9fe:a9fe::1")]
    [InlineData("2001:20::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("5f00::1")]
    // One is enough, wherever it stands.
    [InlineData("8.8.8.8 127.0.0.1")]
    [InlineData("127.0.0.1 8.8.8.8")]
    [InlineData("2606:4700:4700::1111 8.8.8.8 ::ffff:127.0.0.1")]
    public async Task Name_with_an_address_that_is_not_public_is_not_connected_to(string addresses)
    {
        await using var server = HostileServer.Start(TestCertificates.Good(), Good);
        using var fetch = FetchFrom(ConnectionRule.Public with { Resolve = Resolve(addresses) });

        var document = await GetAsync(fetch, server);

        Assert.Equal("has a host name that resolves to a non-public address", document.Fault);
        Assert.Equal(0, server.Connections);
    }

    [Theory]
    [InlineData("http://keys.example/")]
    [InlineData("ftp://keys.example/")]
    [InlineData("https://localhost/")]
    [InlineData("https://keys.local/")]
    [InlineData("https://metadata.google.internal/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://127\u30020\u30020\u30021/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::ffff:169.254.169.254]/")]
    [InlineData("https://168.63.129.16/")]
    public async Task Address_that_is_not_public_is_not_even_resolved(string address)
    {
        using var fetch = FetchFrom(new((_, _) => throw new InvalidOperationException(), _ => true));

        var document = await fetch.GetAsync(new(address), "application/json", default);

        Assert.Equal("is not at a public https address", document.Fault);
    }

    [Fact]
    public async Task Name_is_resolved_once_and_the_addresses_that_were_checked_are_used()
    {
        var resolved = new List<string>();
        // Keeps the connection open.
        await using var server = HostileServer.Start(TestCertificates.Good(), async (_, stream, stopped) =>
        {
            do
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(Good), stopped);
            }
            while (await stream.ReadAsync(new byte[4096], stopped) > 0);
        });
        using var fetch = FetchFrom(new(
            (name, _) =>
            {
                resolved.Add(name);

                // Another address at a second look.
                return Task.FromResult<IPAddress[]>([resolved.Count is 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]);
            },
            IPAddress.IsLoopback));

        Assert.Null((await GetAsync(fetch, server)).Fault);
        Assert.Equal([TestCertificates.Host], resolved);

        // No connection is used again, so that each request checks the name.
        Assert.NotNull((await GetAsync(fetch, server)).Fault);
        Assert.Equal(1, server.Connections);
    }

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
        // With the trust of the machine, as in operation, and with that of the tests.
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

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_is_not_followed(int status)
    {
        await using var other = HostileServer.Start(TestCertificates.Good(), Good);
        var location = $"https://{TestCertificates.Host}:{other.Port}/";
        await using var server = HostileServer.Start(
            TestCertificates.Good(), $"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        using var fetch = FetchFrom(OnThisMachine);

        Assert.Equal($"cannot be fetched: the server returned status {status}", (await GetAsync(fetch, server)).Fault);
        Assert.Equal((1, 0), (server.Connections, other.Connections));
    }

    [Fact]
    public async Task Other_addresses_in_headers_are_not_asked()
    {
        await using var other = HostileServer.Counter();
        await using var server = HostileServer.Start(TestCertificates.Good(), Good.Replace(
            "\r\n\r\n",
            $"\r\nAlt-Svc: h2=\"127.0.0.1:{other.Port}\"; ma=86400\r\nLink: <http://127.0.0.1:{other.Port}/>; rel=preload\r\n"
            + $"Refresh: 0; url=http://127.0.0.1:{other.Port}/\r\nContent-Location: http://127.0.0.1:{other.Port}/\r\n\r\n",
            StringComparison.Ordinal));
        using var fetch = FetchFrom(OnThisMachine);

        Assert.Null((await GetAsync(fetch, server)).Fault);
        Assert.Null((await GetAsync(fetch, server)).Fault);
        Assert.Equal((2, 0), (server.Connections, other.Connections));
    }

    [Fact]
    public async Task Proxy_of_the_environment_is_not_used()
    {
        var before = HttpClient.DefaultProxy;
        await using var proxy = HostileServer.Counter();
        await using var server = HostileServer.Start(TestCertificates.Good(), Good);

        try
        {
            // What .NET makes of http_proxy, https_proxy and all_proxy.
            HttpClient.DefaultProxy = new WebProxy($"http://127.0.0.1:{proxy.Port}");
            using var fetch = FetchFrom(OnThisMachine);

            Assert.Null((await GetAsync(fetch, server)).Fault);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Equal((1, 0), (server.Connections, proxy.Connections));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", null)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n{}", null)]
    // No length: the body ends with the connection.
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}", null)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: binary/octet-stream\r\nContent-Length: 2\r\n\r\n{}", null)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}", "not JSON")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 2\r\n\r\n{}", "not JSON")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: json\r\nContent-Length: 2\r\n\r\n{}", "not JSON")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "Content-Encoding")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}", "Content-Encoding")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n{}", "longer than 65536")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n{}", "longer than 65536")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", "completely")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", "completely")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n{}\r\n0\r\n\r\n", "completely")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\r\n0\r\n\r\n", "completely")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "status 204")]
    [InlineData("HTTP/1.1 206 Partial\r\nContent-Length: 2\r\n\r\n{}", "status 206")]
    [InlineData("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", "status 401")]
    [InlineData("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n", "status 407")]
    [InlineData("HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", "status 101")]
    [InlineData("HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\n{}", "")]
    [InlineData("{}", "")]
    [InlineData("", "")]
    public async Task Answer_is_a_document_or_a_fault(string answer, string? fault)
    {
        await using var server = HostileServer.Start(TestCertificates.Good(), answer);
        using var fetch = FetchFrom(OnThisMachine);

        var document = await GetAsync(fetch, server);

        Assert.Equal(fault is null ? "{}" : "", Encoding.UTF8.GetString(document.Body.Span));
        Assert.Equal(fault is null, document.Fault is null);
        Assert.Contains(fault ?? "", document.Fault ?? "", StringComparison.Ordinal);
        // .NET tries again, three times, where the server sends nothing at all.
        Assert.Equal(answer is "" ? 4 : 1, server.Connections);
    }

    [Theory]
    [InlineData(65_536, true, true)]
    [InlineData(65_537, true, false)]
    [InlineData(65_536, false, true)]
    [InlineData(65_537, false, false)]
    public async Task Document_may_have_64_KiB(int length, bool lengthIsGiven, bool isGood)
    {
        await using var server = HostileServer.Start(
            TestCertificates.Good(),
            $"HTTP/1.1 200 OK\r\n{(lengthIsGiven ? $"Content-Length: {length}\r\n" : "")}\r\n{new string(' ', length)}");
        using var fetch = FetchFrom(OnThisMachine);

        var document = await GetAsync(fetch, server);

        Assert.Equal(isGood ? (length, null) : (0, "is longer than 65536 bytes"), (document.Body.Length, document.Fault));
    }

    [Theory]
    [InlineData(12, true)]
    [InlineData(20, false)]
    [InlineData(10_000, false)]
    public async Task Headers_may_have_16_KiB(int length, bool isGood)
    {
        await using var server = HostileServer.Start(TestCertificates.Good(), Good.Replace(
            "\r\n\r\n", $"\r\nX-Large: {new string('x', length * 1024)}\r\n\r\n", StringComparison.Ordinal));
        using var fetch = FetchFrom(OnThisMachine);

        Assert.Equal(isGood, (await GetAsync(fetch, server)).Fault is null);
    }

    public static TheoryData<string, string, int> Endless => new()
    {
        // First bytes, then the bytes that are repeated, and the milliseconds between them.
        { "HTTP/1.1 200 OK\r\n\r\n", new(' ', 10_000), 0 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", 0 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", "x", 0 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n", "X-Trailer: x\r\n", 0 },
        { "HTTP/1.1 200 OK\r\n", "X-Many: x\r\n", 0 },
        { "HTTP/1.1 200 OK\r\nX-Long: ", "x", 0 },
        { "HTTP/1.1 ", "2", 0 },
        { "", "HTTP/1.1 100 Continue\r\n\r\n", 0 },
        { "", "HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n", 0 },
        { "HTTP/1.1 200 OK\r\n\r\n", " ", 50 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", " ", 50 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n", 50 },
        { "HTTP/1.1 200 OK\r\n", "X: x\r\n", 50 },
        { "", "H", 3_000 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{", "", 50 },
    };

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task Answer_without_an_end_is_given_up(string beginning, string repeated, int pause)
    {
        await using var server = HostileServer.Start(TestCertificates.Good(), async (server, stream, stopped) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(beginning), stopped);
            await server.RepeatAsync(stream, repeated, TimeSpan.FromMilliseconds(pause), stopped);
        });
        using var fetch = FetchFrom(OnThisMachine);
        var watch = Stopwatch.StartNew();

        var document = await GetAsync(fetch, server);

        Assert.NotNull(document.Fault);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"It took {watch.Elapsed}.");
        // The connection is closed: nothing more is taken from the server.
        var sent = await SettledAsync(server);
        Assert.True(pause > 0 || sent < 200_000_000, $"{sent} bytes were taken.");
    }

    [Fact]
    public async Task Server_that_does_not_speak_TLS_is_given_up()
    {
        await using var server = HostileServer.Counter();
        using var fetch = FetchFrom(OnThisMachine);

        Assert.Contains("the TLS connection failed", (await GetAsync(fetch, server)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolution_that_takes_long_is_given_up()
    {
        using var fetch = FetchFrom(new(
            async (_, cancellation) =>
            {
                await Task.Delay(Timeout.Infinite, cancellation);

                return [];
            },
            IPAddress.IsLoopback));

        var document = await fetch.GetAsync(new($"https://{TestCertificates.Host}/"), "application/json", default);

        Assert.Equal("was not received within 2 seconds", document.Fault);
    }

    [Fact]
    public async Task Server_that_is_not_there_is_a_fault()
    {
        using var fetch = FetchFrom(OnThisMachine);
        using var nobody = new ClosedPort();

        var document = await fetch.GetAsync(
            new($"https://{TestCertificates.Host}:{new Uri(nobody.Address).Port}/"), "application/json", default);

        Assert.Equal("cannot be fetched: ConnectionError, ConnectionRefused", document.Fault);
    }

    [Fact]
    public async Task Caller_that_no_longer_waits_is_no_fault_of_the_server()
    {
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();
        using var fetch = FetchFrom(OnThisMachine);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => fetch.GetAsync(new($"https://{TestCertificates.Host}/"), "application/json", gone.Token));
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Program_connects_to_no_address_of_its_own_network(string environment)
    {
        await using var server = HostileServer.Counter();
        using var api = new ApiFactory();
        await using var app = api.WithWebHostBuilder(builder => builder.UseEnvironment(environment));
        var fetch = app.Services.GetRequiredService<PublicHttpFetch>();

        foreach (var host in (string[])["127.0.0.1", "localhost", Dns.GetHostName(), "localtest.localhost"])
        {
            var document = await fetch.GetAsync(new($"https://{host}:{server.Port}/"), "application/json", default);
            Assert.NotNull(document.Fault);
        }

        Assert.Equal(0, server.Connections);
    }

    /// <summary>The rule of this class alone: every name leads to this machine, which is allowed.</summary>
    private static ConnectionRule OnThisMachine => new(Resolve("127.0.0.1"), IPAddress.IsLoopback);

    private static Func<string, CancellationToken, Task<IPAddress[]>> Resolve(string addresses) =>
        (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Split(' ').Select(IPAddress.Parse)]);

    private static PublicHttpFetch FetchFrom(ConnectionRule rule)
    {
        var handler = GuardedConnection.NewHandler(rule);
        handler.SslOptions.CertificateChainPolicy!.TrustMode = X509ChainTrustMode.CustomRootTrust;
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(TestCertificates.Root);

        return new(handler);
    }

    private static Task<FetchedDocument> GetAsync(PublicHttpFetch fetch, HostileServer server) =>
        fetch.GetAsync(new($"https://{TestCertificates.Host}:{server.Port}/"), "application/json", default);

    /// <summary>The bytes that the server was able to send, once they no longer become more.</summary>
    private static async Task<long> SettledAsync(HostileServer server)
    {
        for (var sent = -1L; ;)
        {
            if (sent == server.Sent)
            {
                return sent;
            }

            sent = server.Sent;
            await Task.Delay(200);
        }
    }
}
