using Api.Tests.Support;

namespace Api.Tests.Attacks;

/// <summary>Callers that close the connection in the middle of a body. That is not an error of the server.</summary>
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
    public async Task Aborted_bodies_log_no_error_and_no_stack_trace(bool reset)
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
