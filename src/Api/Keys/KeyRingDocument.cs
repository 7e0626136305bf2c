using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Api.Keys;

/// <summary>A key ring as it is kept: JSON with a version, and each private key in PKCS#8 (RFC 5958), base64.</summary>
internal sealed record KeyRingDocument(int Version, ImmutableArray<KeyRingDocument.Entry> Keys)
{
    /// <summary>What a Secrets Manager secret holds.</summary>
    public const int MaximumLength = 65_536;

    private const int CurrentVersion = 1;

    internal sealed record Entry(string Kid, DateTimeOffset CreatedAt, byte[] Pkcs8)
    {
        public override string ToString() => Kid;
    }

    public static byte[] Write(ImmutableArray<SigningKey> keys) => JsonSerializer.SerializeToUtf8Bytes(
        new(CurrentVersion, [.. keys.Select(key => new Entry(key.Kid, key.CreatedAt, key.ExportPkcs8()))]),
        KeyRingJson.Default.KeyRingDocument);

    /// <summary>Reads the keys and checks each: size, exponent, and that its <c>kid</c> is its own thumbprint.</summary>
    /// <exception cref="FormatException">Why the document cannot be used, in words that quote none of it.</exception>
    public static ImmutableArray<SigningKey> Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaximumLength)
        {
            throw new FormatException($"it is longer than {MaximumLength} bytes");
        }

        var document = Deserialize(json);

        // The annotations do not reach into the list: it may hold a null.
        if (document.Keys is not { Length: > 0 and <= KeyRing.MaximumKeys } || document.Keys.Contains(null!))
        {
            throw new FormatException($"it does not hold 1 to {KeyRing.MaximumKeys} keys");
        }

        if (document.Keys.DistinctBy(entry => entry.Kid).Count() != document.Keys.Length)
        {
            throw new FormatException("it holds the same kid twice");
        }

        return [.. document.Keys.Select((entry, index) => Read(entry, $"key {index + 1} of {document.Keys.Length}"))];
    }

    private static KeyRingDocument Deserialize(ReadOnlySpan<byte> json)
    {
        try
        {
            // The version comes first: a newer document may have members that this reader cannot know.
            var version = JsonSerializer.Deserialize(json, KeyRingJson.Default.VersionOnly)?.Version;

            if (version is > CurrentVersion)
            {
                throw new FormatException($"it has version {version}; this program reads version {CurrentVersion}");
            }

            if (version is CurrentVersion && JsonSerializer.Deserialize(json, KeyRingJson.Default.KeyRingDocument) is { } document)
            {
                return document;
            }
        }
        catch (JsonException exception)
        {
            // The exception's own text may quote the document.
            throw new FormatException($"it is no key ring document (line {(exception.LineNumber ?? 0) + 1})");
        }

        throw new FormatException("it is no key ring document");
    }

    private static SigningKey Read(Entry entry, string name)
    {
        try
        {
            var key = SigningKey.FromPkcs8(entry.Pkcs8, entry.CreatedAt);

            return key.Kid == entry.Kid ? key : throw new FormatException($"{name} is not the one that its kid names");
        }
        catch (CryptographicException exception)
        {
            throw new FormatException($"{name} cannot be used: {exception.Message}", exception);
        }
    }

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
    internal sealed record VersionOnly(int Version);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(KeyRingDocument))]
[JsonSerializable(typeof(KeyRingDocument.VersionOnly))]
internal sealed partial class KeyRingJson : JsonSerializerContext;
