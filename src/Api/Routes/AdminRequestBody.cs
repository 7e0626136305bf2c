using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Foundation.Json;
using Api.Hosting;
using Microsoft.Net.Http.Headers;

namespace Api.Routes;

/// <summary>Reads the JSON object in the body of an administrator's request: bounded, no member twice.</summary>
internal static class AdminRequestBody
{
    /// <summary>RFC 7396 §4.</summary>
    public const string MergePatch = "application/merge-patch+json";

    public const int MaximumLength = 64 * 1024;

    private const int MaximumDepth = 16;

    public static readonly string Rule = $"a JSON object in UTF-8 whose members differ in name, at most {MaximumDepth} levels deep";

    /// <summary>The object, or else the answer that says what is wrong with it.</summary>
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

    /// <summary>The object; null where it breaks <see cref="Rule"/>.</summary>
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
        // InvalidOperationException: a string that is no UTF-8 or half a surrogate pair.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
        }

        return null;
    }
}
