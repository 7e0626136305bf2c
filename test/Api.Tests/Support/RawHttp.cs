using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace Api.Tests.Support;

/// <summary>The response of a web server to bytes that an HTTP client would not send, until the connection is closed.</summary>
internal sealed partial record RawHttp(string Text)
{
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(60);

    public IEnumerable<int> Statuses =>
        StatusLine().Matches(Text).Select(match => int.Parse(match.Groups[1].ValueSpan, provider: null));

    /// <summary>Sends the text as Latin-1. If <paramref name="thenEnd"/> is set, it then closes its side of the connection.</summary>
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
            // The server may have closed the connection before the end of the request.
        }

        return await ReadToEndAsync(stream);
    }

    /// <summary>Sends the text and then one byte per second until the response.</summary>
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
                // The response follows.
            }
        }

        return await answer;
    }

    /// <summary>Sends the text and closes or resets the connection (RFC 9293 §3.5.2) without reading a response.</summary>
    public static async Task AbortAsync(string address, string request, bool reset)
    {
        await using var stream = await ConnectAsync(address);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        // By then the server waits for the rest of the request.
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
            // A reset ends the connection. The bytes before it are returned.
        }

        return new(Encoding.Latin1.GetString(text.ToArray()));
    }

    [GeneratedRegex(@"HTTP/1\.1 (\d{3})")]
    private static partial Regex StatusLine();
}
