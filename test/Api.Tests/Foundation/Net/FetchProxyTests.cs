using System.Net;
using Api.Tests.Support;
using static Api.Tests.Foundation.Net.HostileFetch;

namespace Api.Tests.Foundation.Net;

/// <summary>Proxy settings of the process. It changes them, so it runs alone.</summary>
[Collection(AloneCollection.Name)]
public sealed class FetchProxyTests
{
    [Fact]
    public async Task Proxy_of_the_environment_is_not_used()
    {
        var before = HttpClient.DefaultProxy;
        await using var proxy = HostileServer.Counter();
        await using var server = HostileServer.Start(TestCertificates.Good(), Good);

        try
        {
            // .NET sets this from http_proxy, https_proxy and all_proxy.
            HttpClient.DefaultProxy = new WebProxy($"http://127.0.0.1:{proxy.Port}");
            using var fetch = FetchFrom(OnThisMachine);

            Assert.Null((await GetAsync(fetch, server)).Fault);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }

        Assert.Equal((1, 0), (server.Connections, proxy.Connections));
    }
}
