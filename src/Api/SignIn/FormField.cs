using System.Net.Mime;
using System.Text;
using Api.Hosting;
using Api.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Api.SignIn;

/// <summary>A field of a small form.</summary>
internal static class FormField
{
    private const int MaximumLength = 4096;

    /// <summary>The value of the field; null if the body is not a form, or has the field not exactly once.</summary>
    public static async Task<string?> ReadAsync(HttpRequest request, string name)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(MediaTypeNames.Application.FormUrlEncoded, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var (body, fault) = await RequestBody.ReadAsync(request, MaximumLength);

        try
        {
            return fault is null && QueryHelpers.ParseQuery(RequestParameters.Utf8.GetString(body.Span)).TryGetValue(name, out var values)
                && values is [{ } value]
                    ? value
                    : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
