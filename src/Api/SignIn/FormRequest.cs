using System.Net.Mime;
using Api.Hosting;
using Api.OAuth;
using Microsoft.Net.Http.Headers;

namespace Api.SignIn;

/// <summary>Reads the body of a form that a browser sends, and answers the ones that are refused with a page.</summary>
internal static class FormRequest
{
    private const int MaximumLength = 16 * 1024;

    public static IResult Unreadable => Pages.Error(
        StatusCodes.Status400BadRequest, "Request not understood", "The request is not a form, or it is too long.");

    public static IResult Foreign => Pages.Error(
        StatusCodes.Status403Forbidden, "Request refused", "The request came from another site. Go back to the app and start again.");

    /// <summary>Endpoint metadata: a page instead of problem details.</summary>
    public static UnavailableAnswer Unavailable { get; } = new(new UnavailablePage());

    /// <summary>The bytes of the form; null if there is none.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals(MediaTypeNames.Application.FormUrlEncoded, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var (form, unreadable) = await RequestBody.ReadAsync(http.Request, MaximumLength);

        return unreadable is null ? form : null;
    }

    /// <summary>The value of a field, or an empty string; null if the request is not a form, or has the field more than once.</summary>
    public static async ValueTask<string?> ReadFieldAsync(HttpContext http, string name)
    {
        if (await ReadAsync(http) is not { } form)
        {
            return null;
        }

        var fields = RequestParameters.ReadForm(form.Span, [name], out var fault);

        return fault is null ? fields[name] ?? "" : null;
    }

    // The page is rendered only when it is needed.
    private sealed class UnavailablePage : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => Pages.Error(
            StatusCodes.Status503ServiceUnavailable, "Not available", "Sign-in is not available at the moment. Try again in a minute.")
            .ExecuteAsync(httpContext);
    }
}
