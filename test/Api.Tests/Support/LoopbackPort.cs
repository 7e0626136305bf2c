using System.Net;
using System.Net.Sockets;

namespace Api.Tests.Support;

/// <summary>
/// A port for a program whose issuer has to be set before it listens. Another program can take the port in between, so the start is
/// tried with up to five ports.
/// </summary>
internal static class LoopbackPort
{
    private const int Attempts = 5;

    /// <summary>Starts the program. The function returns null where its port is in use.</summary>
    public static async Task<T> StartAsync<T>(Func<int, Task<T?>> startAsync)
        where T : class
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await startAsync(Free()) is { } started)
            {
                return started;
            }
        }

        throw new InvalidOperationException($"{Attempts} ports were free, and in use when the program started.");
    }

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
