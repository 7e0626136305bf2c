using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Api.Keys;

/// <summary>
/// A key ring as it is kept: <c>{"version":1,"keys":[{"kid":…,"created_at":…,"pkcs8":…}]}</c>, each private key in PKCS#8 (RFC 5958),
/// base64. Read by hand: every start waits for it, and what a serializer would make for these types is not compiled ahead.
/// </summary>
internal static class KeyRingDocument
{
    /// <summary>In bytes: what a Secrets Manager secret holds.</summary>
    public const int MaximumLength = 65_536;

    private const int CurrentVersion = 1;

    public static byte[] Write(ImmutableArray<SigningKey> keys)
    {
        var document = new ArrayBufferWriter<byte>();

        using (var json = new Utf8JsonWriter(document, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, CurrentVersion);
            json.WriteStartArray("keys"u8);

            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("kid"u8, key.Kid);
                json.WriteString("created_at"u8, key.CreatedAt);
                json.WriteBase64String("pkcs8"u8, key.ExportPkcs8());
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return document.WrittenSpan.ToArray();
    }

    /// <summary>Reads the keys and checks each: size, exponent, and that its <c>kid</c> is its own thumbprint.</summary>
    /// <exception cref="FormatException">Why the document cannot be used, in words that quote none of it.</exception>
    public static ImmutableArray<SigningKey> Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaximumLength)
        {
            throw new FormatException($"it is longer than {MaximumLength} bytes");
        }

        var entries = ReadEntries(json);

        if (entries.Count is 0 or > KeyRing.MaximumKeys)
        {
            throw new FormatException($"it does not hold 1 to {KeyRing.MaximumKeys} keys");
        }

        if (entries.DistinctBy(entry => entry.Kid).Count() != entries.Count)
        {
            throw new FormatException("it holds the same kid twice");
        }

        return [.. entries.Select((entry, index) => entry.ToKey($"key {index + 1} of {entries.Count}"))];
    }

    private static List<Entry> ReadEntries(ReadOnlySpan<byte> json)
    {
        try
        {
            var document = JsonElement.Parse(json, new() { AllowDuplicateProperties = false, MaxDepth = 4 });
            // The version comes first: a newer document may have members that this reader cannot know.
            var version = document.GetProperty("version"u8).GetInt32();

            if (version > CurrentVersion)
            {
                throw new FormatException($"it has version {version}; this program reads version {CurrentVersion}");
            }

            if (version is CurrentVersion && document.GetPropertyCount() is 2)
            {
                var entries = new List<Entry>();

                foreach (var entry in document.GetProperty("keys"u8).EnumerateArray())
                {
                    entries.Add(Entry.Read(entry));
                }

                return entries;
            }
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the document.
            throw new FormatException($"it is no key ring document (line {(exception.LineNumber ?? 0) + 1})");
        }
        // KeyNotFoundException: a member is missing. InvalidOperationException: one is of another type.
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
        }

        throw new FormatException("it is no key ring document");
    }

    // No record, whose text would show the key.
    private sealed class Entry(string kid, DateTimeOffset createdAt, byte[] pkcs8)
    {
        public string Kid => kid;

        public static Entry Read(JsonElement json) =>
            json.GetPropertyCount() is 3
            && json.GetProperty("kid"u8).GetString() is { } kid
            && json.GetProperty("created_at"u8).TryGetDateTimeOffset(out var createdAt)
            && json.GetProperty("pkcs8"u8).TryGetBytesFromBase64(out var pkcs8)
                ? new(kid, createdAt, pkcs8)
                : throw new FormatException("a key in it has not just kid, created_at and pkcs8");

        public SigningKey ToKey(string name)
        {
            try
            {
                var key = SigningKey.FromPkcs8(pkcs8, createdAt);

                return key.Kid == kid ? key : throw new FormatException($"{name} is not the one that its kid names");
            }
            catch (CryptographicException exception)
            {
                throw new FormatException($"{name} cannot be used: {exception.Message}", exception);
            }
        }
    }
}
