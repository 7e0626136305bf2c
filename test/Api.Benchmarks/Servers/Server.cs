using System.Net;
using System.Net.Sockets;

namespace Api.Benchmarks.Servers;

/// <summary>A server in a process.</summary>
internal sealed class Server : IAsyncDisposable
{
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(60);

    private readonly Child _child;

    private Server(Child child, string cores, int port) => (_child, Cores, Address) = (child, cores, AddressAt(port));

    public string Cores { get; }

    public string Address { get; }

    public int ProcessId => _child.Id;

    public TimeSpan ProcessorTime => _child.ProcessorTime;

    public string Output => _child.Output;

    public static Task<Server> StartAppAsync(
        PublishedProgram app,
        DevelopmentData data,
        string cores,
        CancellationToken cancellation,
        params (string, string)[] environment) =>
        StartAsync(
            cores,
            port => app.With([.. data.Settings, .. environment], "--urls", AddressAt(port)) with { KeepsOutput = false },
            cancellation);

    public static Task<Server> StartBareAsync(PublishedProgram bare, DevelopmentData data, CancellationToken cancellation) =>
        StartAsync(
            Child.AppCore,
            port => bare.With(data.BareSettings, "--urls", AddressAt(port)) with { KeepsOutput = false },
            cancellation);

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    public static Task<Server> StartAsync(string cores, Func<int, CommandLine> command, CancellationToken cancellation) =>
        OnFreePortAsync(port => StartAsync(cores, port, command, cancellation));

    /// <summary>Starts a program on a free port, and on another one if the port has been taken.</summary>
    public static Task<T> OnFreePortAsync<T>(Func<int, Task<T>> startAsync)
        where T : class => LoopbackPort.StartAsync(async port =>
    {
        try
        {
            return await startAsync(port);
        }
        catch (BenchmarkException exception) when (exception.IsAddressInUse)
        {
            return null;
        }
    });

    private static async Task<Server> StartAsync(
        string cores, int port, Func<int, CommandLine> command, CancellationToken cancellation)
    {
        var child = Child.Start(cores, command(port));

        try
        {
            for (var waited = TimeSpan.Zero; !await AcceptsAsync(port, cancellation); waited += TimeSpan.FromMilliseconds(50))
            {
                if (child.HasExited || waited > LoadTimeout)
                {
                    throw child.Failure("The server does not start");
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
            }

            return new(child, cores, port);
        }
        catch
        {
            await child.DisposeAsync();

            throw;
        }
    }

    public static string AddressAt(int port) => $"http://127.0.0.1:{port}";

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    private static async Task<bool> AcceptsAsync(int port, CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellation);

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
