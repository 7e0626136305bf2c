using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Api.Tests.Support;

/// <summary>What a web server answers to bytes that no HTTP client would send, until it closes the connection.</summary>
internal sealed partial record RawHttp(string Text)
{
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(60);

    public IEnumerable<int> Statuses =>
        StatusLine().Matches(Text).Select(match => int.Parse(match.Groups[1].ValueSpan, provider: null));

    /// <summary>Sends the text, a byte for a character; <paramref name="thenEnd"/>: and says that nothing follows.</summary>
    public static async Task<RawHttp> SendAsync(string address, string request, bool thenEnd = false)
    {
        var stream = await ConnectAsync(address);

        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));

            if (thenEnd)
            {
                stream.Socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // It may have read enough and closed the connection.
        }

        return await ReadToEndAsync(stream);
    }

    /// <summary>Sends the text and then a byte a second until there is an answer.</summary>
    public static async Task<RawHttp> TrickleAsync(string address, string request)
    {
        var stream = await ConnectAsync(address);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var answer = ReadToEndAsync(stream);

        while (!answer.IsCompleted)
        {
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromSeconds(1)));

            try
            {
                await stream.WriteAsync("a"u8.ToArray());
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The answer is on its way.
            }
        }

        return await answer;
    }

    /// <summary>Sends the text and hangs up without reading an answer: the connection is closed, or reset (RFC 9293 §3.5.2).</summary>
    public static async Task AbortAsync(string address, string request, bool reset)
    {
        await using var stream = await ConnectAsync(address);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        // Long enough for the server to begin to wait for the rest.
        await Task.Delay(TimeSpan.FromSeconds(2));

        if (reset)
        {
            stream.Socket.LingerState = new(enable: true, seconds: 0);
        }

        stream.Socket.Close();
    }

    private static async Task<NetworkStream> ConnectAsync(string address)
    {
        var client = new TcpClient();
        var uri = new Uri(address);
        await client.ConnectAsync(uri.Host, uri.Port);

        return client.GetStream();
    }

    private static async Task<RawHttp> ReadToEndAsync(NetworkStream stream)
    {
        await using var connection = stream;
        using var patience = new CancellationTokenSource(LoadTimeout);
        using var text = new MemoryStream();

        try
        {
            await stream.CopyToAsync(text, patience.Token);
        }
        catch (IOException)
        {
            // A connection that is reset has ended as well; what came before that counts.
        }

        return new(Encoding.Latin1.GetString(text.ToArray()));
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3})")]
    private static partial Regex StatusLine();
}
