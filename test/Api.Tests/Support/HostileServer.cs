using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Api.Tests.Support;

/// <summary>A server on this machine that sends the bytes of a test to each connection.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopped = new();
    private readonly X509Certificate2? _certificate;
    private readonly Func<Stream, CancellationToken, Task> _answer;
    private readonly Task _listening;
    private int _connections;
    private long _sent;

    private HostileServer(X509Certificate2? certificate, Func<Stream, CancellationToken, Task> answer)
    {
        (_certificate, _answer) = (certificate, answer);
        _listener.Start();
        _listening = ListenAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The number of connections.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>The number of bytes that were sent by RepeatAsync.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Starts a server that only counts connections.</summary>
    public static HostileServer Counter() => new(null, (_, _) => Task.CompletedTask);

    public static HostileServer Start(X509Certificate2 certificate, Func<HostileServer, Stream, CancellationToken, Task> answer)
    {
        HostileServer? server = null;

        return server = new(certificate, (stream, stopped) => answer(server!, stream, stopped));
    }

    /// <summary>Starts a server that sends this text and closes the connection.</summary>
    public static HostileServer Start(X509Certificate2 certificate, string answer) =>
        Start(certificate, (_, stream, stopped) => stream.WriteAsync(Encoding.Latin1.GetBytes(answer), stopped).AsTask());

    /// <summary>Sends the text repeatedly.</summary>
    public async Task RepeatAsync(Stream stream, string text, TimeSpan pause, CancellationToken stopped)
    {
        var bytes = Encoding.Latin1.GetBytes(text);

        while (!stopped.IsCancellationRequested)
        {
            await stream.WriteAsync(bytes, stopped);
            Interlocked.Add(ref _sent, bytes.Length);
            await Task.Delay(pause, stopped);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        await _listening;
        _stopped.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var connection = await _listener.AcceptTcpClientAsync(_stopped.Token);
                Interlocked.Increment(ref _connections);
                _ = Task.Run(() => ServeAsync(connection));
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using var _ = connection;

        try
        {
            await using var stream = _certificate is null ? (Stream)connection.GetStream() : new SslStream(connection.GetStream());

            if (stream is SslStream tls)
            {
                // Without the certificates of the issuers.
                var context = SslStreamCertificateContext.Create(_certificate!, [], offline: true);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context }, _stopped.Token);
                await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false, _stopped.Token);
            }

            await _answer(stream, _stopped.Token);
        }
        // The other side has closed the connection, or the test has ended.
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException
            or System.Security.Authentication.AuthenticationException)
        {
        }
    }
}
