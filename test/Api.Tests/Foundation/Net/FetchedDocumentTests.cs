using System.Diagnostics;
using System.Text;
using Api.Tests.Support;
using static Api.Tests.Foundation.Net.HostileFetch;

namespace Api.Tests.Foundation.Net;

/// <summary>Which responses to a request for a document are accepted, and how much of them is read.</summary>
public sealed class FetchedDocumentTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", null)]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n{}", null)]
    // Without a length, the body ends with the connection.
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
        // .NET repeats the request up to three times if the server sends nothing.
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
        // The first bytes, the bytes that are repeated, and the pause between them in milliseconds.
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
    public async Task Endless_response_is_aborted(string beginning, string repeated, int pause)
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
        // The connection is closed, and no more bytes are read.
        var sent = await SettledAsync(server);
        Assert.True(pause > 0 || sent < 200_000_000, $"{sent} bytes were taken.");
    }

    /// <summary>Waits until the server sends no more bytes, and returns how many it has sent.</summary>
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
