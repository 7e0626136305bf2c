using System.Reflection;
using Api.Storage;
using Api.Tests.Support;

namespace Api.Tests.Storage;

/// <summary>The behavior that every document store must have.</summary>
public abstract class DocumentStoreContract
{
    internal SettableTime Time { get; } = new(TestKeys.CreatedAt);

    internal abstract Task<IDocumentStore> OpenAsync();

    /// <summary>The tests, by name. Each store runs all of them.</summary>
    public static TheoryData<string> Contract => [.. Tests.Select(test => test.Name)];

    private static IEnumerable<MethodInfo> Tests => typeof(DocumentStoreContract)
        .GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Task) && method.GetParameters() is []);

    internal static Document DocumentOf(string partition, string sort = "s", string json = "{}") => new(new(partition, sort), json);

    internal static async Task<bool> AddAsync(IDocumentStore store, params Document[] documents) =>
        await store.WriteAsync([.. documents.Select(document => new DocumentWrite.Add(document))], default);

    /// <summary>Stores many documents, in any order.</summary>
    internal virtual async Task AddManyAsync(IDocumentStore store, Document[] documents)
    {
        foreach (var batch in documents.Chunk(100))
        {
            Assert.True(await AddAsync(store, batch));
        }
    }

    protected Task RunAsync(string test) => (Task)Tests.Single(method => method.Name == test).Invoke(this, [])!;

    protected async Task Document_is_found_by_its_exact_key()
    {
        var store = await OpenAsync();
        var document = DocumentOf("client#a", "client", """{"name":"Zoë"}""") with { List = "client", ExpiresAt = Time.Now.AddDays(1) };

        Assert.True(await AddAsync(store, document));

        Assert.Equal(document, await (await OpenAsync()).GetAsync(document.Key, default));

        foreach (var (partition, sort) in ((string, string)[])[("client#A", "client"), ("client#a", "Client"), ("client#a ", "client"), ("' OR 1=1 --", "client")])
        {
            Assert.Null(await store.GetAsync(new(partition, sort), default));
        }
    }

    protected async Task Of_many_who_add_the_same_key_one_succeeds()
    {
        var store = await OpenAsync();
        var documents = Enumerable.Range(0, 8).Select(number => DocumentOf("p", json: $"{number}")).ToArray();

        var added = await Task.WhenAll(documents.Select(document => Task.Run(() => AddAsync(store, document))));

        Assert.Single(added, true);
        Assert.Equal(documents[Array.IndexOf(added, true)], await store.GetAsync(new("p", "s"), default));
    }

    protected async Task Of_many_who_replace_the_same_version_one_succeeds()
    {
        var store = await OpenAsync();
        var before = DocumentOf("p");
        await AddAsync(store, before);
        var after = Enumerable.Range(0, 8).Select(number => DocumentOf("p", json: $"{number}")).ToArray();

        var replaced = await Task.WhenAll(after.Select(document => Task.Run(
            () => store.WriteAsync([new DocumentWrite.Replace(document, before.Version)], default))));

        Assert.Single(replaced, true);
        Assert.Equal(after[Array.IndexOf(replaced, true)], await store.GetAsync(before.Key, default));
    }

    protected async Task Change_can_be_repeated()
    {
        var store = await OpenAsync();
        var (before, after) = (DocumentOf("p"), DocumentOf("p", json: "[]"));
        DocumentWrite[] writes =
        [
            new DocumentWrite.Add(before),
            new DocumentWrite.Replace(after, before.Version),
            new DocumentWrite.Delete(after.Key, after.Version),
        ];

        foreach (var write in writes)
        {
            Assert.True(await store.WriteAsync([write], default));
            Assert.True(await store.WriteAsync([write], default));
        }

        Assert.Null(await store.GetAsync(before.Key, default));
    }

    protected async Task Replaced_document_has_nothing_of_the_one_before()
    {
        var store = await OpenAsync();
        var before = DocumentOf("p") with { List = "l", ExpiresAt = Time.Now.AddDays(1) };
        await AddAsync(store, before);

        Assert.True(await store.WriteAsync([new DocumentWrite.Replace(DocumentOf("p") with { Version = "2" }, before.Version)], default));

        Assert.Equal(DocumentOf("p") with { Version = "2" }, await store.GetAsync(before.Key, default));
        Assert.Empty(await store.ListAsync("l", null, 10, default));
    }

    protected async Task Document_that_is_gone_or_added_again_is_neither_replaced_nor_deleted()
    {
        var store = await OpenAsync();
        var (before, again) = (DocumentOf("p"), DocumentOf("p", json: "[]"));
        var replace = new DocumentWrite.Replace(DocumentOf("p", json: "7"), before.Version);

        Assert.False(await store.WriteAsync([replace], default));
        await AddAsync(store, again);
        Assert.False(await store.WriteAsync([replace], default));
        Assert.False(await store.WriteAsync([new DocumentWrite.Delete(before.Key, before.Version)], default));
        Assert.Equal(again, await store.GetAsync(again.Key, default));
    }

    protected async Task Write_changes_everything_or_nothing()
    {
        var store = await OpenAsync();
        var (kept, other) = (DocumentOf("p", "kept"), DocumentOf("q"));
        await AddAsync(store, kept);
        DocumentWrite add = new DocumentWrite.Add(other);
        DocumentWrite delete = new DocumentWrite.Delete(kept.Key, kept.Version);

        DocumentWrite[] broken =
        [
            new DocumentWrite.Add(DocumentOf("p", "kept")),
            new DocumentWrite.Replace(DocumentOf("p", "kept"), "0"),
            new DocumentWrite.Delete(kept.Key, "0"),
        ];

        foreach (var write in broken)
        {
            Assert.False(await store.WriteAsync([add, write], default));
            Assert.False(await store.WriteAsync([write, add], default));
        }

        Assert.Equal(kept, await store.GetAsync(kept.Key, default));
        Assert.Null(await store.GetAsync(other.Key, default));
        Assert.True(await store.WriteAsync([add, delete], default));
        Assert.Equal(other, await store.GetAsync(other.Key, default));
        Assert.Null(await store.GetAsync(kept.Key, default));
    }

    protected async Task Expired_document_does_not_exist()
    {
        var store = await OpenAsync();
        var document = DocumentOf("p") with { List = "l", ExpiresAt = Time.Now.AddMinutes(5) };
        await AddAsync(store, document);

        Time.Now = document.ExpiresAt!.Value.AddSeconds(-1);
        Assert.Equal(document, await store.GetAsync(document.Key, default));
        Assert.Single(await store.QueryAsync("p", "s", 10, default));
        Assert.Single(await store.ListAsync("l", null, 10, default));
        Assert.False(await AddAsync(store, DocumentOf("p")));

        Time.Now = document.ExpiresAt!.Value;
        Assert.Null(await store.GetAsync(document.Key, default));
        Assert.Empty(await store.QueryAsync("p", "s", 10, default));
        Assert.Empty(await store.ListAsync("l", null, 10, default));
        Assert.True(await AddAsync(store, DocumentOf("p")));
    }

    protected async Task Partition_is_queried_by_prefix()
    {
        var store = await OpenAsync();
        string[] sorts = ["passkey", "passkey#", "passkey#1", "passkey#2", "passkey%", "Passkey#3", "session#1", "user"];
        await AddManyAsync(store, [.. sorts.Select(sort => DocumentOf("user#1", sort)), DocumentOf("user#10", "passkey#9")]);

        async Task<string> QueryAsync(string prefix, int limit) =>
            string.Join(' ', (await store.QueryAsync("user#1", prefix, limit, default)).Select(document => document.Key.Sort));

        Assert.Equal("passkey# passkey#1 passkey#2", await QueryAsync("passkey#", 10));
        Assert.Equal("passkey# passkey#1", await QueryAsync("passkey#", 2));
        Assert.Equal("session#1", await QueryAsync("session#1", 10));
        Assert.Equal("", await QueryAsync("%", 10));
    }

    protected async Task List_has_its_documents_alone()
    {
        var store = await OpenAsync();
        await AddAsync(
            store,
            DocumentOf("c2") with { List = "client" },
            DocumentOf("c1") with { List = "client" },
            DocumentOf("c3", "other"),
            DocumentOf("u1") with { List = "user" });

        var listed = await store.ListAsync("client", null, 10, default);

        Assert.Equal(["c1", "c2"], listed.Select(document => document.Key.Partition));
        Assert.Equal(["c2"], (await store.ListAsync("client", "c1", 10, default)).Select(document => document.Key.Partition));
        Assert.Empty(await store.ListAsync("client", "c2", 10, default));
    }

    protected async Task Ten_thousand_documents_are_paged_without_loss_or_repeat()
    {
        var store = await OpenAsync();
        var partitions = Enumerable.Range(0, 10_000).Select(number => $"client#{number * 7919 % 10_000:D5}").ToArray();
        await AddManyAsync(store, [.. partitions.Select(partition => DocumentOf(partition) with { List = "client" })]);
        var listed = new List<string>();

        while (await store.ListAsync("client", listed.LastOrDefault(), 1500, default) is { Length: > 0 } page)
        {
            Assert.True(page.Length <= 1500);
            listed.AddRange(page.Select(document => document.Key.Partition));
        }

        Assert.Equal(partitions.Order(StringComparer.Ordinal), listed);
    }
}
