using System.Text;
using Api.Tests.Support;

namespace Api.Tests.Attacks;

/// <summary>The program on a socket, to which callers can send any bytes at any pace.</summary>
public sealed class SocketTests(SocketTests.Listening listening) : IClassFixture<SocketTests.Listening>
{
    public sealed class Listening : IAsyncLifetime, IDisposable
    {
        private readonly TemporaryFolder _data = new();
        private ApiProcess _process = null!;

        public string Address => _process.Address;

        public string Basic => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"development:{_process.Secret}"))}";

        public async Task InitializeAsync() => _process = await ApiProcess.StartAsync(_data["data"]);

        public async Task DisposeAsync() => await _process.DisposeAsync();

        public void Dispose() => _data.Dispose();

        internal Task<RawHttp> SendAsync(string request, bool thenEnd = false) =>
            RawHttp.SendAsync(Address, request.Replace("{auth}", Basic, StringComparison.Ordinal), thenEnd);
    }

    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    public static TheoryData<string> Refused => [.. Transfers.Refused.Keys];

    public static TheoryData<string> Followed => [.. Transfers.Followed.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Ambiguous_request_is_refused(string what)
    {
        var transfer = Transfers.Refused[what];

        var answer = await listening.SendAsync(transfer.Text, transfer.Ends);

        Assert.True(answer.Statuses.SequenceEqual(transfer.Statuses) || (transfer.Ends && !answer.Statuses.Any()), answer.Text);
        Assert.DoesNotContain("access_token", answer.Text, StringComparison.Ordinal);
        await AssertStillAnswersAsync();
    }

    [Theory]
    [MemberData(nameof(Followed))]
    public async Task Bytes_after_a_request_get_no_second_token(string what)
    {
        var transfer = Transfers.Followed[what];

        var answer = await listening.SendAsync(transfer.Text);

        Assert.Equal(transfer.Statuses, answer.Statuses);
        Assert.Equal(2, answer.Text.Split("\"access_token\"").Length);
        await AssertStillAnswersAsync();
    }

    [Theory]
    [InlineData("/admin/keys")]
    [InlineData("/ADMIN/KEYS")]
    [InlineData("/admin/keys/")]
    [InlineData("/admin/./keys")]
    [InlineData("/user/../admin/keys")]
    [InlineData("/health/../admin/keys")]
    [InlineData("/oauth2/token/../../admin/keys")]
    [InlineData("/.well-known/%2e%2e/admin/keys")]
    [InlineData("/swagger/../admin/keys")]
    [InlineData("/swagger/%2e%2e/admin/keys")]
    [InlineData("/swagger/..%2fadmin%2fkeys")]
    [InlineData("/swagger/..%2f..%2fapi.dll")]
    [InlineData("/swagger/..%5c..%5capi.dll")]
    [InlineData("/swagger/../../.data/signing-keys.json")]
    [InlineData("/.data/signing-keys.json")]
    [InlineData("/data/data.db")]
    [InlineData("/%61dmin/keys")]
    [InlineData("/%2561dmin/keys")]
    [InlineData("/admin%2fkeys")]
    [InlineData("/admin%5ckeys")]
    [InlineData("/admin\\keys")]
    [InlineData("//admin/keys")]
    [InlineData("/admin//keys")]
    [InlineData("/admin/keys;x=1")]
    [InlineData("/admin/keys;.css")]
    [InlineData("/admin/keys%20")]
    [InlineData("/admin/keys%00")]
    [InlineData("/admin/keys%0d%0aX-Injected:%20yes")]
    [InlineData("/admin/keys#/health")]
    [InlineData("/admin/keys?/health")]
    [InlineData("/admin/%C0%AE%C0%AE/keys")]
    [InlineData("http://localhost/admin/keys")]
    [InlineData("http://localhost/health/../admin/keys")]
    public async Task No_spelling_of_a_path_avoids_the_token_check(string target)
    {
        foreach (var token in (string?[])[null, await GetTokenAsync("USER")])
        {
            var authorization = token is null ? "" : $"Authorization: Bearer {token}\r\n";

            var answer = await listening.SendAsync(
                $"GET {target} HTTP/1.1\r\nHost: localhost\r\n{authorization}Connection: close\r\n\r\n");

            Assert.Contains(Assert.Single(answer.Statuses), token is null ? (int[])[400, 401, 404] : [400, 403, 404]);
            Assert.DoesNotContain("\"kid\"", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("\nX-Injected", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked", "2\r\n{}xx0\r\n\r\n", 400)]
    [InlineData("Transfer-Encoding: chunked", "ffffffffffffffffff\r\n{}", 400)]
    [InlineData("Transfer-Encoding: gzip, chunked", "2\r\n{}\r\n0\r\n\r\n", 415)]
    [InlineData("Content-Length: 2\r\nContent-Encoding: gzip", "{}", 415)]
    [InlineData("Content-Length: 1000000000", "{}", 413)]
    public async Task Malformed_body_at_admin_clients_is_refused(string headers, string body, int status)
    {
        var token = await GetTokenAsync("ADMIN");

        var answer = await listening.SendAsync(
            $"POST /admin/clients HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n"
                + $"Content-Type: application/json\r\n{headers}\r\n\r\n{body}");

        Assert.Equal([status], answer.Statuses);
    }

    [Fact]
    public async Task Slow_bodies_time_out_and_do_not_block_other_requests()
    {
        const int Callers = 40;
        var slow = Enumerable.Range(0, Callers).Select(number => RawHttp.TrickleAsync(
            listening.Address,
            $"POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: {listening.Basic}\r\n{Form}"
                + (number % 2 is 0 ? "Content-Length: 10000\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n2710\r\n"))).ToArray();

        await AssertStillAnswersAsync();
        Assert.All(slow, caller => Assert.False(caller.IsCompleted));

        var answers = await Task.WhenAll(slow);
        Assert.All(answers, answer => Assert.Equal([408], answer.Statuses));
        await AssertStillAnswersAsync();
    }

    private async Task AssertStillAnswersAsync() => Assert.NotEmpty(await GetTokenAsync("USER"));

    private async Task<string> GetTokenAsync(string scope)
    {
        var body = $"grant_type=client_credentials&scope={scope}";

        var answer = await listening.SendAsync(
            $"POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\nAuthorization: {{auth}}\r\nConnection: close\r\n{Form}"
                + $"Content-Length: {body.Length}\r\n\r\n{body}");

        Assert.Equal([200], answer.Statuses);

        return answer.Text.Split('"') is [_, "access_token", _, var token, ..] ? token : "";
    }
}
