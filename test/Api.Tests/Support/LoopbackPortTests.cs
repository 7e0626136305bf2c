using System.Net;
using System.Net.Sockets;

namespace Api.Tests.Support;

/// <summary>A program starts although another program has taken its port.</summary>
public sealed class LoopbackPortTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Program_whose_port_is_taken_starts_on_another()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var takenPort = ((IPEndPoint)taken.LocalEndpoint).Port;
        var attempts = 0;

        await using var api = await LoopbackPort.StartAsync(
            free => ApiProcess.TryStartAsync(attempts++ is 0 ? takenPort : free, AppContext.BaseDirectory, _folder["data"], [], []));

        Assert.Equal(2, attempts);
        Assert.NotEqual(takenPort, new Uri(api.Address).Port);
        Assert.NotEmpty(api.Secret);
    }

    [Fact]
    public async Task Start_is_tried_five_times()
    {
        var attempts = 0;

        await Assert.ThrowsAsync<InvalidOperationException>(() => LoopbackPort.StartAsync(_ =>
        {
            attempts++;

            return Task.FromResult<string?>(null);
        }));

        Assert.Equal(5, attempts);
    }
}
