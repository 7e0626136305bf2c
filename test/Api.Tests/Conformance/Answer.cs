using System.Text.Json;

namespace Api.Tests.Conformance;

/// <summary>What a request was answered with, read to its end.</summary>
public sealed record Answer(int Status, HttpResponseMessage Response, string Text)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Text);

    public string? Type => Response.Content.Headers.ContentType?.MediaType;

    public string? Error => Text.StartsWith('{') ? this["error"] : null;

    /// <summary>Status and <c>error</c> of a refusal (RFC 6749 §5.2); a status alone where something else is answered.</summary>
    public (int Status, string? Error) Outcome => (Status, Error);

    /// <summary>The header <c>WWW-Authenticate</c>; null where there is none.</summary>
    public string? Challenge => Response.Headers.WwwAuthenticate.Count is 0 ? null : Response.Headers.WwwAuthenticate.ToString();

    /// <summary>A member that is a string; null where there is none.</summary>
    public string? this[string member] => Json.TryGetProperty(member, out var value) ? value.GetString() : null;
}
