using System.Net;
using Api.Foundation.Net;

namespace Api.Tests.Support;

/// <summary>Sends every request to a server on this machine.</summary>
internal sealed class Rerouted(Func<Uri> address) : DelegatingHandler(GuardedConnection.NewHandler(Loopback))
{
    private static readonly ConnectionRule Loopback = ConnectionRule.Public with { IsAllowed = IPAddress.IsLoopback };

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.RequestUri = address();

        return base.SendAsync(request, cancellationToken);
    }
}
