using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Foundation.Json;
using Api.Hosting;
using Microsoft.Net.Http.Headers;

namespace Api.Routes;

/// <summary>
/// Reads the JSON object in the body of an admin request. Its size and depth are limited, and member names must be unique.
/// </summary>
internal static class AdminRequestBody
{
    /// <summary>The media type of a JSON Merge Patch (RFC 7396 §4).</summary>
    public const string MergePatch = "application/merge-patch+json";

    public const int MaximumLength = 64 * 1024;

    private const int MaximumDepth = 16;

    public static readonly string Rule = $"a JSON object in UTF-8 with unique member names, nested at most {MaximumDepth} levels";

    /// <summary>Returns the JSON object, or the error response.</summary>
    public static async Task<(JsonObject? Members, IResult? Error)> ReadAsync(
        HttpRequest request, ImmutableArray<string> contentTypes, bool mayBeEmpty = false)
    {
        var (body, unreadable) = await RequestBody.ReadAsync(request, MaximumLength);

        if (unreadable is not null)
        {
            return (null, TypedResults.Problem(unreadable.Description, statusCode: unreadable.Status));
        }

        if (mayBeEmpty && body.IsEmpty)
        {
            return ([], null);
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !contentTypes.Contains(type.MediaType.Value ?? "", StringComparer.OrdinalIgnoreCase))
        {
            return (null, TypedResults.Problem(
                $"The content type must be {string.Join(" or ", contentTypes)}.", statusCode: StatusCodes.Status415UnsupportedMediaType));
        }

        return Parse(body) is { } members
            ? (members, null)
            : (null, TypedResults.Problem($"The body is not {Rule}.", statusCode: StatusCodes.Status400BadRequest));
    }

    /// <summary>Parses the object. Returns null if it breaks <see cref="Rule"/>.</summary>
    public static JsonObject? Parse(ReadOnlyMemory<byte> text)
    {
        try
        {
            using var json = JsonDocument.Parse(text, new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth });

            if (json.RootElement.ValueKind is JsonValueKind.Object)
            {
                Utf8Json.ReadAll(text.Span);

                return JsonObject.Create(json.RootElement.Clone());
            }
        }
        // InvalidOperationException: a string is not valid UTF-8 or has a lone surrogate.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
        }

        return null;
    }
}
