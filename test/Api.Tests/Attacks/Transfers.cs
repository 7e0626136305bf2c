namespace Api.Tests.Attacks;

/// <summary>The bytes of a request, and the statuses of the responses. {auth} stands for valid credentials.</summary>
internal sealed record Transfer(string Text, params int[] Statuses)
{
    /// <summary>Whether the caller closes the connection, perhaps before the response.</summary>
    public bool Ends { get; init; }
}

/// <summary>
/// Token requests that two servers on one connection could split differently (RFC 9112 §11.2), or that are too large.
/// </summary>
internal static class Transfers
{
    private const string Body = "grant_type=client_credentials";
    private const string Next = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Type = "Content-Type: application/x-www-form-urlencoded\r\n";

    public static readonly Dictionary<string, Transfer> Refused = new()
    {
        // Lengths
        ["two lengths"] = new(Post("Content-Length: 3\r\n"), 400),
        ["the same length twice"] = new(Post("Content-Length: 29\r\n"), 400),
        ["lengths in a list"] = new(Post(length: "29, 29"), 400),
        ["length negative"] = new(Post(length: "-1"), 400),
        ["length in hexadecimal"] = new(Post(length: "0x1d"), 400),
        ["length with a space"] = new(Post(length: "2 9"), 400),
        ["length with a fraction"] = new(Post(length: "29.0"), 400),
        ["length beyond 64 bits"] = new(Post(length: "99999999999999999999"), 400),
        ["length of a gigabyte"] = new(Post(length: "1000000000"), 413),
        ["length longer than the body"] = new(Post(length: "100"), 400) { Ends = true },
        ["length shorter than the body"] = new(Post(length: "10"), 400),

        // Codings
        ["coding that is not the last one"] = new(Chunked("chunked, identity"), 400),
        ["coding identity"] = new(Chunked("identity"), 400),
        ["coding identity ahead of chunked"] = new(Chunked("identity, chunked"), 415),
        ["coding gzip ahead of chunked"] = new(Chunked("gzip, chunked"), 415),
        ["coding chunked twice"] = new(Chunked("chunked, chunked"), 415),
        ["coding in two headers"] = new(Chunked("chunked\r\nTransfer-Encoding: identity"), 400),
        ["coding chunked in two headers"] = new(Chunked("chunked\r\nTransfer-Encoding: chunked"), 415),
        ["coding unknown"] = new(Chunked("xchunked"), 400),
        ["coding in quotes"] = new(Chunked("\"chunked\""), 400),
        ["coding with a parameter"] = new(Chunked("chunked;q=1"), 400),
        ["coding with a vertical tab"] = new(Chunked("\vchunked"), 400),
        ["coding ahead of a space and colon"] = new(Chunked("x\r\nTransfer-Encoding : chunked"), 400),
        ["coding on a folded line"] = new(Chunked("\r\n chunked"), 400),

        // Chunks
        ["chunk size that is no number"] = new(Chunks("zz\r\n"), 400),
        ["chunk size negative"] = new(Chunks("-1\r\n"), 400),
        ["chunk size with 0x"] = new(Chunks("0x1d\r\n"), 400),
        ["chunk size with a space ahead"] = new(Chunks(" 1d\r\n"), 400),
        ["chunk size beyond 64 bits"] = new(Chunks("ffffffffffffffffff\r\n"), 400),
        ["chunk size of 2 GiB"] = new(Chunks("7fffffff\r\n"), 400) { Ends = true },
        ["chunk size that ends in LF"] = new(Chunks("1d\n"), 400),
        ["chunk extension with LF"] = new(Chunks("1d;a\nb\r\n"), 400),
        ["chunk longer than its size"] = new(Chunks("1c\r\n"), 400),
        ["chunk that ends in LF"] = new(Chunks("1d\r\n", end: "\n0\r\n\r\n"), 400),
        ["chunk that ends in other bytes"] = new(Chunks("1d\r\n", end: "xx0\r\n\r\n"), 400),
        ["chunks that end early"] = new(Chunks("1d\r\n", end: "\r\n"), 400) { Ends = true },
        ["chunks over 16 KiB"] = new(Chunks($"4100\r\n{new string('a', 0x4100)}\r\n1d\r\n"), 413),
        ["chunks of a byte over 16 KiB"] = new(Chunks(string.Concat(Enumerable.Repeat("1\r\na\r\n", 17_000)) + "1d\r\n"), 413),

        // Lines
        ["lines that end in LF"] = new(Post().Replace("\r\n", "\n", StringComparison.Ordinal), 400),
        ["lines that end in CR"] = new(Post().Replace("\r\n", "\r", StringComparison.Ordinal), 400) { Ends = true },
        ["one line that ends in LF"] = new(Post("X-A: 1\n"), 400),
        ["one line that ends in LF and hides another"] = new(Post("X-A: 1\nTransfer-Encoding: chunked\r\n"), 400),
        ["CR within a header"] = new(Post("X-A: 1\rX-B: 2\r\n"), 400),
        ["null character within a header"] = new(Post("X-A: 1\0\r\n"), 400),
        ["no ASCII within the credentials"] = new(Post(auth: "{auth}\u00e9"), 400),
        ["folded header"] = new(Post("X-A: 1\r\n 2\r\n"), 400),
        ["folded credentials"] = new(Post(auth: "Basic\r\n {auth}"), 400),
        ["folded first header"] = new(Post(host: " Host: localhost\r\n"), 400),
        ["space ahead of a colon"] = new(Post("X-A : 1\r\n"), 400),
        ["space within a name"] = new(Post("X A: 1\r\n"), 400),
        ["header without a colon"] = new(Post("X-A\r\n"), 400),
        ["header without a name"] = new(Post(": 1\r\n"), 400),

        // Request lines
        ["no host"] = new(Post(host: ""), 400),
        ["two hosts"] = new(Post("Host: other\r\n"), 400),
        ["host with a space"] = new(Post(host: "Host: a b\r\n"), 400),
        ["host with a path"] = new(Post(host: "Host: a/../b@c\r\n"), 400),
        ["another host in the address"] = new(Post(line: "POST http://other/oauth2/token HTTP/1.1"), 400),
        ["tabs in the request line"] = new(Post(line: "POST\t/oauth2/token\tHTTP/1.1"), 400),
        ["two spaces in the request line"] = new(Post(line: "POST  /oauth2/token HTTP/1.1"), 400),
        ["null character in the request line"] = new(Post(line: "POST /oauth2/token\0 HTTP/1.1"), 400),
        ["escaped null character in the address"] = new(Post(line: "POST /oauth2/token%00 HTTP/1.1"), 400),
        ["no version"] = new(Post(line: "POST /oauth2/token"), 400),
        ["version 1.2"] = new(Post(line: "POST /oauth2/token HTTP/1.2"), 505),
        ["version 2.0"] = new(Post(line: "POST /oauth2/token HTTP/2.0"), 505),
        ["preface of HTTP/2"] = new("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ["start of TLS"] = new("\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003" + new string('A', 100), 400),
        ["bytes of no protocol"] = new(string.Concat(Enumerable.Repeat("\0\u00ff", 100)) + "\r\n\r\n", 400),
        ["CONNECT"] = new("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\nConnection: close\r\n\r\n", 401),
        ["OPTIONS of the server"] = new("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 401),
        ["TRACE with credentials"] = new(Post(line: "TRACE /oauth2/token HTTP/1.1"), 405),

        // Sizes
        ["200 headers"] = new(Post(string.Concat(Enumerable.Range(0, 200).Select(number => $"X-{number}: 1\r\n"))), 431),
        ["header of 40,000 characters"] = new(Post($"X-A: {new string('a', 40_000)}\r\n"), 431),
        ["credentials of 64,000 characters"] = new(Post(auth: $"Basic {new string('A', 64_000)}"), 431),
        ["request line of 20,000 characters"] = new(Post(line: $"POST /oauth2/token?{new string('a', 20_000)} HTTP/1.1"), 414),
        ["request line that does not end"] = new(new string('A', 20_000), 414),
        ["method of 20,000 characters"] = new(Post(line: $"{new string('A', 20_000)} /oauth2/token HTTP/1.1"), 414),
    };

    /// <summary>
    /// Requests followed by other bytes on the same connection. The server answers the request, and then the rest or nothing.
    /// </summary>
    public static readonly Dictionary<string, Transfer> Followed = new()
    {
        ["by garbage"] = new(Open() + "\0\u0001garbage\r\n\r\n", 200, 400),
        ["by the rest of a body that is longer than its length"] = new(Open() + "&scope=ADMIN\r\n\r\n", 200, 400),
        ["by a request with LF alone"] = new(Open() + Next.Replace("\r\n", "\n", StringComparison.Ordinal), 200, 400),
        // RFC 9112 §6.3: Transfer-Encoding overrides Content-Length, and the connection is closed after the response.
        ["by a request that its length hides"] = new(Both(length: "29"), 200),
        ["by a request that its length cuts"] = new(Both(length: "5"), 200),
        ["by a request where the coding is named first"] = new(
            Head($"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n{Type}") + $"1d\r\n{Body}\r\n0\r\n\r\n{Next}", 200),
        ["by a request in version 1.0"] = new(
            Head($"Transfer-Encoding: chunked\r\n{Type}", "POST /oauth2/token HTTP/1.0") + $"1d\r\n{Body}\r\n0\r\n\r\n{Next}", 200),
    };

    private static string Post(
        string headers = "",
        string line = "POST /oauth2/token HTTP/1.1",
        string auth = "{auth}",
        string host = "Host: localhost\r\n",
        string length = "29") =>
        $"{line}\r\n{host}Authorization: {auth}\r\nConnection: close\r\n{Type}Content-Length: {length}\r\n{headers}\r\n{Body}";

    private static string Chunked(string coding) => Chunks("1d\r\n", coding);

    private static string Chunks(string start, string coding = "chunked", string end = "\r\n0\r\n\r\n") =>
        Head($"Connection: close\r\nTransfer-Encoding: {coding}\r\n{Type}") + start + Body + end;

    private static string Open() => Head($"Content-Length: 29\r\n{Type}") + Body;

    private static string Both(string length) =>
        Head($"Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n{Type}") + $"1d\r\n{Body}\r\n0\r\n\r\n{Next}";

    private static string Head(string headers, string line = "POST /oauth2/token HTTP/1.1") =>
        $"{line}\r\nHost: localhost\r\nAuthorization: {{auth}}\r\n{headers}\r\n";
}
