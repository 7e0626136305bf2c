using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Api.Keys;

/// <summary>
/// The stored form of a key ring: <c>{"version":1,"keys":[{"kid":…,"created_at":…,"pkcs8":…}]}</c>. Each private key is base64 of
/// PKCS#8 (RFC 5958). It is parsed without a serializer, whose code is not compiled ahead of time, to keep cold starts fast.
/// </summary>
internal static class KeyRingDocument
{
    /// <summary>The maximum size in bytes of a Secrets Manager secret.</summary>
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

    /// <summary>Parses the keys and checks each one: size, exponent, and that <c>kid</c> is its thumbprint.</summary>
    /// <exception cref="FormatException">The document is invalid. The message does not quote it.</exception>
    public static ImmutableArray<SigningKey> Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaximumLength)
        {
            throw new FormatException($"it is longer than {MaximumLength} bytes");
        }

        var entries = ReadEntries(json);

        if (entries.Count is 0 or > KeyRing.MaximumKeys)
        {
            throw new FormatException($"it does not contain 1 to {KeyRing.MaximumKeys} keys");
        }

        if (entries.DistinctBy(entry => entry.Kid).Count() != entries.Count)
        {
            throw new FormatException("it contains the same kid twice");
        }

        return [.. entries.Select((entry, index) => entry.ToKey($"key {index + 1} of {entries.Count}"))];
    }

    private static List<Entry> ReadEntries(ReadOnlySpan<byte> json)
    {
        try
        {
            var document = JsonElement.Parse(json, new() { AllowDuplicateProperties = false, MaxDepth = 4 });
            // Check the version first: a newer version may have other members.
            var version = document.GetProperty("version"u8).GetInt32();

            if (version > CurrentVersion)
            {
                throw new FormatException($"it has version {version}, but this program supports only version {CurrentVersion}");
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
            // The text of the JsonException may quote the document.
            throw new FormatException($"it is not a key ring document (line {(exception.LineNumber ?? 0) + 1})");
        }
        // KeyNotFoundException: a member is missing. InvalidOperationException: a member has the wrong type.
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
        }

        throw new FormatException("it is not a key ring document");
    }

    // Not a record: ToString of a record would include the private key.
    private sealed class Entry(string kid, DateTimeOffset createdAt, byte[] pkcs8)
    {
        public string Kid => kid;

        public static Entry Read(JsonElement json) =>
            json.GetPropertyCount() is 3
            && json.GetProperty("kid"u8).GetString() is { } kid
            && json.GetProperty("created_at"u8).TryGetDateTimeOffset(out var createdAt)
            && json.GetProperty("pkcs8"u8).TryGetBytesFromBase64(out var pkcs8)
                ? new(kid, createdAt, pkcs8)
                : throw new FormatException("a key does not have exactly the members kid, created_at and pkcs8");

        public SigningKey ToKey(string name)
        {
            try
            {
                var key = SigningKey.FromPkcs8(pkcs8, createdAt);

                return key.Kid == kid ? key : throw new FormatException($"{name} does not match its kid");
            }
            catch (CryptographicException exception)
            {
                throw new FormatException($"{name} cannot be used: {exception.Message}", exception);
            }
        }
    }
}
