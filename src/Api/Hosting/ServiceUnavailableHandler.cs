using Api.Clients;
using Api.Keys;
using Api.OAuth;
using Api.Storage;
using Api.Tokens;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace Api.Hosting;

/// <summary>
/// Answers 503 with <c>Retry-After</c> (RFC 9110 §15.6.4) where something that the answer needs cannot be had now. Why there are no keys
/// has been logged where that arose.
/// </summary>
internal sealed partial class ServiceUnavailableHandler(IProblemDetailsService problems, ILogger<ServiceUnavailableHandler> logger) : IExceptionHandler
{
    /// <summary>In seconds.</summary>
    public const string RetryAfter = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is ClientStoreException)
        {
            LogClientsUnavailable(logger, exception.Message);
        }
        else if (exception is not KeyRingException)
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers[HeaderNames.RetryAfter] = RetryAfter;

        if (httpContext.Request.Path == TokenEndpoint.Path)
        {
            await OAuthError.Unavailable.ExecuteAsync(httpContext);

            return true;
        }

        return await problems.TryWriteAsync(new() { HttpContext = httpContext });
    }

    [LoggerMessage(1, LogLevel.Warning, "{Reason}")]
    private static partial void LogClientsUnavailable(ILogger logger, string reason);
}
