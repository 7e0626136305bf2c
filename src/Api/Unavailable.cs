using Api.Keys;
using Api.Tokens;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Net.Http.Headers;

namespace Api;

/// <summary>
/// Answers 503 with <c>Retry-After</c> (RFC 9110 §15.6.4) where something that the answer needs cannot be had now. The reason has
/// been logged where it arose.
/// </summary>
internal sealed class Unavailable(IProblemDetailsService problems) : IExceptionHandler
{
    /// <summary>In seconds.</summary>
    public const string RetryAfter = "5";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not KeyRingException)
        {
            return false;
        }

        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers[HeaderNames.RetryAfter] = RetryAfter;

        if (httpContext.Request.Path == TokenEndpoint.Path)
        {
            await TokenError.Unavailable.ExecuteAsync(httpContext);

            return true;
        }

        return await problems.TryWriteAsync(new() { HttpContext = httpContext });
    }
}
