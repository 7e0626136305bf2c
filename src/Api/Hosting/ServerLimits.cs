using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Api.Hosting;

/// <summary>Limits Kestrel to what API Gateway accepts, so that a request that works locally also works when deployed.</summary>
internal static class ServerLimits
{
    private const int RequestLineAndHeaders = 10_240;
    private const int Body = 10 * 1024 * 1024;

    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // API Gateway limits the sum of the request line and the headers.
        kestrel.Limits.MaxRequestLineSize = RequestLineAndHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = RequestLineAndHeaders;
        kestrel.Limits.MaxRequestBodySize = Body;
    }
}
