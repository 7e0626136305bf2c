using System.Net.Mime;
using System.Text.Json;
using Api.Foundation.Json;
using Api.Hosting;
using Microsoft.Net.Http.Headers;

namespace Api.SignIn.Passkeys;

/// <summary>The answer of a browser to a ceremony: <c>{"ceremony": "…", "credential": {…}}</c>.</summary>
/// <param name="Ceremony">The value of the options.</param>
/// <param name="Credential">The credential as JSON (Web Authentication Level 3 §5.1.8, <c>toJSON</c>). It is not checked.</param>
internal sealed record PasskeyAnswer(string Ceremony, string Credential)
{
    // Without attestation, a credential has less than 2 KiB.
    private const int MaximumLength = 32 * 1024;

    /// <summary>Reads an answer; null if the body is not one.</summary>
    public static async Task<PasskeyAnswer?> ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var (body, fault) = await RequestBody.ReadAsync(request, MaximumLength);

        return fault is null ? Parse(body) : null;
    }

    private static PasskeyAnswer? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body, new() { AllowDuplicateProperties = false, MaxDepth = 16 });
            Utf8Json.ReadAll(body.Span);

            return json.RootElement.ValueKind is JsonValueKind.Object
                && json.RootElement.TryGetProperty("ceremony", out var ceremony) && ceremony.ValueKind is JsonValueKind.String
                && json.RootElement.TryGetProperty("credential", out var credential) && credential.ValueKind is JsonValueKind.Object
                    ? new(ceremony.GetString()!, credential.GetRawText())
                    : null;
        }
        // InvalidOperationException: a string is not valid UTF-8 or has a lone surrogate.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
