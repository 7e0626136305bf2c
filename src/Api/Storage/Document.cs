using System.Security.Cryptography;

namespace Api.Storage;

/// <summary>The key of a document: two strings that are compared byte by byte.</summary>
/// <param name="Partition">What the document is about, such as <c>client#orders</c>.</param>
/// <param name="Sort">Which document of the partition it is, such as <c>client</c>.</param>
internal readonly record struct DocumentKey(string Partition, string Sort);

/// <summary>A JSON document with its key.</summary>
internal sealed record Document(DocumentKey Key, string Json)
{
    /// <summary>Identifies the state of the document. A write is made on the condition that the version is still the same.</summary>
    public string Version { get; init; } = NewVersion();

    /// <summary>The list in which <see cref="IDocumentStore.ListAsync"/> finds the document; null: none.</summary>
    public string? List { get; init; }

    /// <summary>From this time on (whole seconds) the document does not exist; null: it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The time of an <see cref="ExpiresAt"/> in Unix seconds; the nearest one that can be expressed.</summary>
    public static DateTimeOffset ExpiryAt(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));

    // Random, so that a document that was removed and added again is not taken for the previous one.
    public static string NewVersion() => RandomNumberGenerator.GetHexString(16, lowercase: true);
}
