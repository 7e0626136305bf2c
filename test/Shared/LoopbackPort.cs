using System.Net;
using System.Net.Sockets;

namespace Shared;

/// <summary>
/// A free port for a program that must know its port before it starts. Another program can take the port first, so up to five ports are
/// tried.
/// </summary>
internal static class LoopbackPort
{
    private const int Attempts = 5;

    /// <summary>Starts the program. <paramref name="startAsync"/> returns null if the port is in use.</summary>
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
