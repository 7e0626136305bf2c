using System.Net;
using System.Text;
using Api.Foundation.Net;
using Api.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Foundation.Net.HostileFetch;

namespace Api.Tests.Foundation.Net;

/// <summary>The addresses to which a request for a document connects.</summary>
public sealed class PublicHttpFetchTests
{
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
    // One such address is enough, in any position.
    [InlineData("8.8.8.8 127.0.0.1")]
    [InlineData("127.0.0.1 8.8.8.8")]
    [InlineData("2606:4700:4700::1111 8.8.8.8 ::ffff:127.0.0.1")]
    public async Task Name_with_an_address_that_is_not_public_gets_no_connection(string addresses)
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
    public async Task URL_that_is_not_public_is_not_resolved(string address)
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

                // The second resolution returns another address.
                return Task.FromResult<IPAddress[]>([resolved.Count is 1 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")]);
            },
            IPAddress.IsLoopback));

        Assert.Null((await GetAsync(fetch, server)).Fault);
        Assert.Equal([TestCertificates.Host], resolved);

        // Connections are not reused, so each request resolves and checks the name.
        Assert.NotNull((await GetAsync(fetch, server)).Fault);
        Assert.Equal(1, server.Connections);
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
    public async Task Addresses_in_response_headers_are_not_requested()
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
    public async Task Server_without_TLS_is_a_fault()
    {
        await using var server = HostileServer.Counter();
        using var fetch = FetchFrom(OnThisMachine);

        Assert.Contains("the TLS connection failed", (await GetAsync(fetch, server)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slow_name_resolution_times_out()
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
    public async Task Cancellation_by_the_caller_is_not_a_fault()
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
}
