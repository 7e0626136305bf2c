using System.Collections.Immutable;

namespace Api.Storage;

internal static class DocumentRemoval
{
    // A transaction has at most 100 writes: two for each document.
    private const int BatchSize = 45;

    // An attempt fails only if a document was changed at the same time.
    private const int MaximumAttempts = 10;

    /// <summary>Deletes the documents of a partition whose sort key has the prefix.</summary>
    /// <param name="documents">The store.</param>
    /// <param name="partition">See <see cref="DocumentKey.Partition"/>.</param>
    /// <param name="sortPrefix">At least one character.</param>
    /// <param name="also">The writes, at most one, that go with the deletion of a document, in the same transaction; null: none.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="StorageException">The store is unavailable, or documents were changed at the same time.</exception>
    public static async Task DeleteAllAsync(
        this IDocumentStore documents,
        string partition,
        string sortPrefix,
        Func<Document, Task<ImmutableArray<DocumentWrite>>>? also,
        CancellationToken cancellation)
    {
        for (var failures = 0; failures < MaximumAttempts;)
        {
            var found = await documents.QueryAsync(partition, sortPrefix, BatchSize, cancellation);

            if (found is [])
            {
                return;
            }

            ImmutableArray<DocumentWrite> writes =
            [
                .. found.Select(document => new DocumentWrite.Delete(document.Key, document.Version)),
                .. also is null ? [] : (await Task.WhenAll(found.Select(also))).SelectMany(more => more),
            ];

            if (!await documents.WriteAsync(writes, cancellation))
            {
                failures++;
            }
        }

        throw new StorageException("The documents could not be deleted, because they were changed at the same time. Repeat the request.");
    }
}
