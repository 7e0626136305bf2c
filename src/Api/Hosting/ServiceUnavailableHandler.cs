using Api.Foundation;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace Api.Hosting;

/// <summary>Responds with 503 and <c>Retry-After</c> (RFC 9110 §15.6.4) when a required dependency is unavailable.</summary>
internal sealed partial class ServiceUnavailableHandler(IProblemDetailsService problems, ILogger<ServiceUnavailableHandler> logger) : IExceptionHandler
{
    /// <summary>In seconds.</summary>
    public const string RetryAfter = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not UnavailableException unavailable)
        {
            return false;
        }

        if (!unavailable.IsLogged)
        {
            LogUnavailable(logger, exception.Message);
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers[HeaderNames.RetryAfter] = RetryAfter;
        var endpoint = httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint;

        if (endpoint?.Metadata.GetMetadata<UnavailableAnswer>() is { } answer)
        {
            await answer.Result.ExecuteAsync(httpContext);

            return true;
        }

        return await problems.TryWriteAsync(new() { HttpContext = httpContext });
    }

    [LoggerMessage(1, LogLevel.Warning, "{Reason}")]
    private static partial void LogUnavailable(ILogger logger, string reason);
}

/// <summary>Endpoint metadata: the endpoint's own 503 response.</summary>
internal sealed record UnavailableAnswer(IResult Result);
