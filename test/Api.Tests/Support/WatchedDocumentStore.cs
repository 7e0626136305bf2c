using System.Collections.Concurrent;
using System.Collections.Immutable;
using Api.Storage;

namespace Api.Tests.Support;

/// <summary>A document store that remembers the documents that were written.</summary>
internal sealed class WatchedDocumentStore(IDocumentStore store) : DelegatingDocumentStore(store)
{
    private readonly ConcurrentDictionary<DocumentKey, (Document Document, int Number)> _written = new();
    private int _writes;

    /// <summary>The document of a kind that was written last. The kind is the start of a part of its key.</summary>
    public Document Last(string kind) => _written
        .Where(one => one.Key.Sort.StartsWith(kind, StringComparison.Ordinal) || one.Key.Partition.StartsWith(kind, StringComparison.Ordinal))
        .Where(one => kind != "user" || one.Key.Sort == kind)
        .MaxBy(one => one.Value.Number).Value.Document;

    /// <summary>Replaces a document as it was written last.</summary>
    public Task<bool> ReplaceAsync(Document document) =>
        WriteAsync([new DocumentWrite.Replace(document, _written[document.Key].Document.Version)], default);

    public override async Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation)
    {
        var isWritten = await base.WriteAsync(writes, cancellation);

        foreach (var document in writes.Select(write => (write as DocumentWrite.Add)?.Document ?? (write as DocumentWrite.Replace)?.Document))
        {
            if (isWritten && document is not null)
            {
                _written[document.Key] = (document, Interlocked.Increment(ref _writes));
            }
        }

        return isWritten;
    }
}
