using System.Text.Json;

namespace Api;

/// <summary>The names and strings of a JSON document (RFC 8259 §7).</summary>
internal static class JsonTexts
{
    /// <summary>Reads each: whether it is a text shows only then, and later nobody expects that it is none.</summary>
    /// <exception cref="InvalidOperationException">One is no UTF-8, or half a surrogate pair.</exception>
    public static void ReadAll(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);

        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            {
                reader.GetString();
            }
        }
    }
}
