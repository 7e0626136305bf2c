using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Api.Benchmarks.Servers;

namespace Api.Benchmarks;

/// <summary>The time from the start of a process to its first response, in milliseconds.</summary>
internal static class ColdStart
{
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Starts a program that listens on a port, and sends requests until it answers.</summary>
    public static Task<Measurement> OnKestrelAsync(
        Func<string, CommandLine> command, string path, CancellationToken cancellation) =>
        Server.OnFreePortAsync(port => OnKestrelAsync(port, command, path, cancellation));

    private static async Task<Measurement> OnKestrelAsync(
        int port, Func<string, CommandLine> command, string path, CancellationToken cancellation)
    {
        var request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var started = Stopwatch.GetTimestamp();
        await using var child = Child.Start(Child.AppCore, command(Server.AddressAt(port)));

        while (!Answers(port, request))
        {
            cancellation.ThrowIfCancellationRequested();

            if (child.HasExited || Stopwatch.GetElapsedTime(started) > LoadTimeout)
            {
                throw child.Failure($"{path} is not answered");
            }
        }

        return new(Stopwatch.GetElapsedTime(started).TotalMilliseconds, child.ProcessorTime.TotalMilliseconds);
    }

    /// <summary>Starts a function for which a request waits, as in a cold start on Lambda.</summary>
    public static async Task<Measurement> OnLambdaAsync(
        RuntimeApi runtime, CommandLine command, string path, CancellationToken cancellation, Func<int, Task>? beforeTheEnd = null)
    {
        await runtime.EndPollsAsync();
        var answered = LoadRequest.Get(path).InvokeAsync(runtime);
        var started = Stopwatch.GetTimestamp();
        await using var child = Child.Start(Child.AppCore, command.On(runtime));

        try
        {
            var elapsed = Stopwatch.GetElapsedTime(started, await answered.WaitAsync(LoadTimeout, cancellation));
            var measured = new Measurement(elapsed.TotalMilliseconds, child.ProcessorTime.TotalMilliseconds);
            await (beforeTheEnd?.Invoke(child.Id) ?? Task.CompletedTask);

            return measured;
        }
        catch (TimeoutException)
        {
            throw child.Failure($"{path} is not answered");
        }
    }

    private static bool Answers(int port, byte[] request)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            client.Client.Send(request);
            var start = new byte["HTTP/1.1 200".Length];
            client.GetStream().ReadExactly(start);

            return Encoding.ASCII.GetString(start) is "HTTP/1.1 200";
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
