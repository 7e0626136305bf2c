using System.Net;
using System.Net.Sockets;

namespace Api.Tests.Support;

/// <summary>A loopback address that refuses connections. Its port is bound, so no other program can listen on it.</summary>
internal sealed class ClosedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ClosedPort() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public string Address => $"http://{_socket.LocalEndPoint}";

    public void Dispose() => _socket.Dispose();
}
