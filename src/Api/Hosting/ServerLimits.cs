using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Api.Hosting;

/// <summary>Kestrel refuses what API Gateway would refuse, so that nobody depends on more before it is deployed.</summary>
internal static class ServerLimits
{
    private const int RequestLineAndHeaders = 10_240;
    private const int Body = 10 * 1024 * 1024;

    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // The gateway counts both together.
        kestrel.Limits.MaxRequestLineSize = RequestLineAndHeaders;
        kestrel.Limits.MaxRequestHeadersTotalSize = RequestLineAndHeaders;
        kestrel.Limits.MaxRequestBodySize = Body;
    }
}
