using System.Buffers;
using System.Text.Json;

namespace Api.Foundation.Json;

/// <summary>JSON documents (RFC 8259) as bytes.</summary>
internal static class Utf8Json
{
    /// <summary>Writes an object with the given members.</summary>
    public static byte[] WriteObject(Action<Utf8JsonWriter> members)
    {
        var text = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Decodes every name and string (§7). A parser validates them only on access, where later code expects valid text.
    /// </summary>
    /// <exception cref="InvalidOperationException">A string is not valid UTF-8 or has a lone surrogate.</exception>
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
