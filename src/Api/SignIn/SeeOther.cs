using Api.Hosting;

namespace Api.SignIn;

/// <summary>Sends the browser to another page with GET (RFC 9110 §15.4.4).</summary>
internal sealed class SeeOther(string location) : IResult
{
    public string Location => location;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.NoStore();
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = location;

        return Task.CompletedTask;
    }
}
