using System.Text.Json;

namespace Api.Tests.Conformance;

/// <summary>The response to a request, with its body.</summary>
public sealed record Answer(int Status, HttpResponseMessage Response, string Text)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string? Type => Response.Content.Headers.ContentType?.MediaType;

    public string? Error => Text.StartsWith('{') ? this["error"] : null;

    /// <summary>The status and the <c>error</c> of an error response (RFC 6749 §5.2). The error is null in other responses.</summary>
    public (int Status, string? Error) Outcome => (Status, Error);

    /// <summary>The header <c>WWW-Authenticate</c>, or null.</summary>
    public string? Challenge => Response.Headers.WwwAuthenticate.Count is 0 ? null : Response.Headers.WwwAuthenticate.ToString();

    /// <summary>The value of a string member, or null.</summary>
    public string? this[string member] => Json.TryGetProperty(member, out var value) ? value.GetString() : null;
}
