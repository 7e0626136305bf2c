using System.Net;
using System.Net.Sockets;

namespace Api.Benchmarks.Servers;

/// <summary>
/// A port for a program that is told where to listen. Another program can take the port in between, so up to five ports are tried.
/// </summary>
internal static class LoopbackPort
{
    private const int Attempts = 5;

    public static async Task<T> UseAsync<T>(Func<int, Task<T>> useAsync)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await useAsync(Free());
            }
            catch (BenchmarkException exception) when (exception.IsAddressInUse && attempt < Attempts)
            {
                // Tried again with another port.
            }
        }
    }

    private static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
