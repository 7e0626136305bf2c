namespace Api.Hosting;

/// <summary>Handles HEAD as GET without content (RFC 9110 §9.3.2) and adds HEAD to <c>Allow</c> (§10.2.1).</summary>
internal static class HeadRequests
{
    public static void UseHead(this WebApplication app) => app.Use((http, next) =>
    {
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return AnswerAsync(http, next);
        }

        if (!HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.OnStarting(NameHeadAsync, http.Response);
        }

        return next(http);
    });

    // Routes and middleware match GET only, so the request continues as GET.
    private static async Task AnswerAsync(HttpContext http, RequestDelegate next)
    {
        var content = http.Response.Body;
        http.Request.Method = HttpMethods.Get;
        // Some servers send the content of a response to HEAD.
        http.Response.Body = Stream.Null;

        try
        {
            await next(http);
        }
        finally
        {
            http.Request.Method = HttpMethods.Head;
            http.Response.Body = content;
        }
    }

    // The router lists only the mapped methods.
    private static Task NameHeadAsync(object state)
    {
        var response = (HttpResponse)state;

        if (response.StatusCode is StatusCodes.Status405MethodNotAllowed)
        {
            var methods = response.Headers.Allow.ToString().Split(", ").Order(StringComparer.Ordinal);
            response.Headers.Allow = string.Join(", ", methods.SelectMany(NamesOf));
        }

        return Task.CompletedTask;
    }

    private static string[] NamesOf(string method) => HttpMethods.IsGet(method) ? [method, HttpMethods.Head] : [method];
}
