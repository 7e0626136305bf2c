using Api.Tests.Support;

namespace Api.Tests.Attacks;

/// <summary>Callers that hang up in the middle of a body: anybody can, as often as they like, and it is no error of the server's.</summary>
public sealed class AbortedBodyTests
{
    private const string Form = "Content-Type: application/x-www-form-urlencoded\r\n";

    private static readonly string[] Bodies =
    [
        "Content-Length: 1000\r\n\r\n",
        "Content-Length: 1000\r\n\r\ngrant_type=",
        $"Content-Length: 16000\r\n\r\n{new string('a', 10_000)}",
        "Transfer-Encoding: chunked\r\n\r\n3e8\r\ngrant_type=",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leave_neither_an_error_nor_a_stack_in_the_log(bool reset)
    {
        using var folder = new TemporaryFolder();
        await using var api = await ApiProcess.StartAsync(folder["data"]);

        var requests = Enumerable.Range(0, 40).Select(number => RawHttp.AbortAsync(
            api.Address, $"POST /oauth2/token HTTP/1.1\r\nHost: localhost\r\n{Form}{Bodies[number % Bodies.Length]}", reset));
        await Task.WhenAll(requests);

        await Eventually.IsTrueAsync(() => api.Output.Split("The body is incomplete.").Length > 40);
        Assert.DoesNotContain("fail:", api.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warn:", api.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", api.Output, StringComparison.Ordinal);
    }
}
