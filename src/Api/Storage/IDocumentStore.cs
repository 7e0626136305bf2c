using System.Collections.Immutable;

namespace Api.Storage;

/// <summary>The documents of this issuer, in SQLite or in DynamoDB. An expired document does not exist for any operation.</summary>
/// <exception cref="StorageException">The store is unavailable.</exception>
internal interface IDocumentStore
{
    /// <summary>The document as the last write left it; null if there is none.</summary>
    Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation);

    /// <summary>Makes all changes (at most 100, each of another document), or none: then returns false, as a condition does not hold.</summary>
    Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation);

    /// <summary>The first documents of a partition whose sort key has the prefix, in its order, as the last write left them.</summary>
    /// <param name="partition">See <see cref="DocumentKey.Partition"/>.</param>
    /// <param name="sortPrefix">At least one character.</param>
    /// <param name="limit">The number of documents, at most.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<ImmutableArray<Document>> QueryAsync(string partition, string sortPrefix, int limit, CancellationToken cancellation);

    /// <summary>The next documents of a list, in the order of their partitions. A write can take a moment to appear.</summary>
    /// <param name="list">See <see cref="Document.List"/>.</param>
    /// <param name="after">The partition of the last document of the previous page; null: the first page.</param>
    /// <param name="limit">The size of the page.</param>
    /// <param name="cancellation">Ends the wait.</param>
    Task<ImmutableArray<Document>> ListAsync(string list, string? after, int limit, CancellationToken cancellation);
}
