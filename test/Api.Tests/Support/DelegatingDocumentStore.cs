using System.Collections.Immutable;
using Api.Storage;

namespace Api.Tests.Support;

/// <summary>A document store that calls another one. A test overrides the operations that it changes.</summary>
internal abstract class DelegatingDocumentStore(IDocumentStore store) : IDocumentStore
{
    public virtual Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation) => store.GetAsync(key, cancellation);

    public virtual Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation) =>
        store.WriteAsync(writes, cancellation);

    public Task<ImmutableArray<Document>> QueryAsync(string partition, string sortPrefix, int limit, CancellationToken cancellation) =>
        store.QueryAsync(partition, sortPrefix, limit, cancellation);

    public Task<ImmutableArray<Document>> ListAsync(string list, string? after, int limit, CancellationToken cancellation) =>
        store.ListAsync(list, after, limit, cancellation);
}
