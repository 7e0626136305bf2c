using System.Buffers;
using System.Text.Json;

namespace Api.Foundation.Json;

/// <summary>JSON documents (RFC 8259) as bytes.</summary>
internal static class Utf8Json
{
    /// <summary>An object, in UTF-8, with the members that are written into it.</summary>
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

    /// <summary>Reads each name and string (§7): whether it is a text shows only then, and later nobody expects that it is none.</summary>
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
