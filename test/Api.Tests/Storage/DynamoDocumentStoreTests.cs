using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Api.Clients;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Storage;

[Collection(MotoCollection.Name)]
public sealed class DynamoDocumentStoreTests(MotoServer moto) : DocumentStoreContract, IAsyncLifetime, IDisposable
{
    private static readonly Dictionary<string, Func<HttpContext, Func<Task>, Task>> Failures = new()
    {
        ["stopped"] = UnreliableProxy.Drop,
        ["hanging"] = UnreliableProxy.Hang,
        ["500"] = UnreliableProxy.Error(500, "InternalServerError"),
        ["throttling"] = UnreliableProxy.Error(400, "ThrottlingException"),
        ["no JSON"] = (http, _) => http.Response.WriteAsync("<html>"),
    };

    private UnreliableProxy _proxy = null!;
    private AmazonDynamoDBClient _dynamo = null!;
    private string _table = "";

    public static TheoryData<string> Outages => [.. Failures.Keys];

    public async Task InitializeAsync()
    {
        _proxy = await UnreliableProxy.StartAsync(moto.Address);
        _proxy.Answer = UnreliableProxy.OneByOne();
        // The emulator is slow with 10,000 documents.
        _dynamo = MotoServer.DynamoClientOf(_proxy.Address, TimeSpan.FromSeconds(30));
        _table = await moto.CreateTableAsync();
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public void Dispose() => _dynamo.Dispose();

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    [FactWith(Tool.Moto)]
    public async Task Client_without_document_or_version_is_damaged_and_can_be_removed()
    {
        var store = new ClientStore(await OpenAsync());
        await PutAsync("client#number", ("document", new("{}")), ("version", new() { N = "1" }));
        await PutAsync("client#orders");
        await PutAsync("client#other", ("document", new("{}")));
        await PutAsync("zz", ("document", new("{}")), ("version", new("1")));

        var listed = await store.ListAsync(null, 10, default);

        Assert.Equal(["number", "orders", "other"], listed.Select(stored => stored.ClientId));
        Assert.All(listed, stored => Assert.Equal("it has no version", stored.Fault));

        foreach (var stored in listed)
        {
            Assert.True(await store.RemoveDamagedAsync(stored.ClientId, default));
        }

        Assert.Empty(await store.ListAsync(null, 10, default));
    }

    [FactWith(Tool.Moto)]
    public async Task End_that_is_no_time_hurts_nothing()
    {
        var store = await OpenAsync();
        await PutAsync("client#text", ("expires_at", new("soon")));
        await PutAsync("client#number", ("expires_at", new() { N = "1e100" }));
        await PutAsync("client#late", ("expires_at", new() { N = "9223372036854775807" }));

        Assert.Equal(3, (await store.ListAsync("client", null, 10, default)).Length);
    }

    [FactWith(Tool.Moto)]
    public async Task List_that_exceeds_an_answer_is_read_on()
    {
        var store = await OpenAsync();
        // 30 of 40,000 bytes: an answer ends at a megabyte.
        var documents = Enumerable.Range(10, 30).Select(number => DocumentOf($"c{number}", json: new('x', 40_000)) with { List = "l" }).ToArray();
        await AddManyAsync(store, documents);

        var page = await store.ListAsync("l", null, 29, default);

        Assert.Equal(documents[..29], page);
    }

    [FactWith(Tool.Moto)]
    public async Task Table_that_is_not_there_is_named_with_its_setting()
    {
        var store = new DynamoDocumentStore(_dynamo, new() { DataTable = "elsewhere" }, Time);

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.GetAsync(new("p", "s"), default));

        Assert.Contains("table elsewhere cannot be read: ResourceNotFoundException", failure.Message, StringComparison.Ordinal);
        Assert.Contains("set DataTable", failure.Message, StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Right_that_is_missing_is_named()
    {
        var store = await OpenAsync();
        _proxy.Answer = UnreliableProxy.Error(400, "AccessDeniedException");

        var failure = await Assert.ThrowsAsync<StorageException>(() => AddAsync(store, DocumentOf("p")));

        Assert.Contains($"table {_table} cannot be written: AccessDeniedException", failure.Message, StringComparison.Ordinal);
        Assert.Contains("dynamodb:GetItem, PutItem", failure.Message, StringComparison.Ordinal);
    }

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_is_told_as_such(string outage)
    {
        using var dynamo = MotoServer.DynamoClientOf(_proxy.Address, TimeSpan.FromMilliseconds(200));
        var store = new DynamoDocumentStore(dynamo, new() { DataTable = _table }, Time);
        var document = DocumentOf("p");
        _proxy.Answer = Failures[outage];

        Func<Task>[] all =
        [
            () => store.GetAsync(document.Key, default),
            () => store.QueryAsync("p", "s", 10, default),
            () => store.ListAsync("l", null, 10, default),
            () => AddAsync(store, document),
            () => AddAsync(store, document, DocumentOf("q")),
            () => store.WriteAsync([new DocumentWrite.Replace(document, "1")], default),
            () => store.WriteAsync([new DocumentWrite.Delete(document.Key, "1")], default),
        ];

        foreach (var one in all)
        {
            Assert.Contains(_table, (await Assert.ThrowsAsync<StorageException>(one)).Message, StringComparison.Ordinal);
        }
    }

    [FactWith(Tool.Moto)]
    public async Task Caller_who_waits_no_longer_is_no_outage()
    {
        var store = await OpenAsync();
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync(new("p", "s"), gone.Token));
    }

    [FactWith(Tool.Moto)]
    public async Task Write_whose_answer_is_lost_is_done_once_and_succeeds()
    {
        var store = await OpenAsync();
        var (before, after, other) = (DocumentOf("p"), DocumentOf("p", json: "[]"), DocumentOf("q"));
        DocumentWrite[][] writes =
        [
            [new DocumentWrite.Add(before)],
            [new DocumentWrite.Replace(after, before.Version)],
            [new DocumentWrite.Delete(after.Key, after.Version)],
            [new DocumentWrite.Add(before), new DocumentWrite.Add(other)],
            [new DocumentWrite.Replace(after, before.Version), new DocumentWrite.Delete(other.Key, other.Version)],
        ];

        foreach (var write in writes)
        {
            _proxy.Answer = UnreliableProxy.LoseFirstAnswer();

            Assert.True(await store.WriteAsync([.. write], default));
        }

        Assert.Equal(after, await store.GetAsync(after.Key, default));
        Assert.Null(await store.GetAsync(other.Key, default));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("ConditionalCheckFailed", "None")]
    [InlineData("TransactionConflict", "None")]
    [InlineData("None", "ConditionalCheckFailed")]
    [InlineData("None", "TransactionConflict")]
    public async Task Transaction_whose_condition_does_not_hold_or_that_meets_another_changes_nothing(string first, string second)
    {
        var store = await OpenAsync();
        _proxy.Answer = CancelTransaction(first, second);

        Assert.False(await AddAsync(store, DocumentOf("p"), DocumentOf("q")));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("ThrottlingError", "None")]
    [InlineData("ConditionalCheckFailed", "ProvisionedThroughputExceeded")]
    public async Task Transaction_that_fails_for_another_reason_is_an_outage(string first, string second)
    {
        var store = await OpenAsync();
        _proxy.Answer = CancelTransaction(first, second);

        await Assert.ThrowsAsync<StorageException>(() => AddAsync(store, DocumentOf("p"), DocumentOf("q")));
    }

    [FactWith(Tool.Moto)]
    public async Task Write_while_a_transaction_holds_the_document_changes_nothing()
    {
        var store = await OpenAsync();
        _proxy.Answer = UnreliableProxy.Error(400, "com.amazonaws.dynamodb.v20120810#TransactionConflictException");

        Assert.False(await AddAsync(store, DocumentOf("p")));
    }

    internal override Task<IDocumentStore> OpenAsync() =>
        Task.FromResult<IDocumentStore>(new DynamoDocumentStore(_dynamo, new() { DataTable = _table }, Time));

    internal override async Task AddManyAsync(IDocumentStore store, Document[] documents)
    {
        // The store's own transactions would take the emulator minutes.
        foreach (var batch in documents.Chunk(25))
        {
            await _dynamo.BatchWriteItemAsync(new BatchWriteItemRequest(new()
            {
                [_table] = [.. batch.Select(document => new WriteRequest(new PutRequest(
                    DynamoItem.Write(_table, new DocumentWrite.Add(document), Time.Now).Put.Item)))],
            }));
        }
    }

    /// <summary>Writes an item past the store.</summary>
    private async Task PutAsync(string partition, params (string Name, AttributeValue Value)[] attributes)
    {
        var item = attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value);
        (item["pk"], item["sk"], item["listed_in"]) = (new(partition), new("client"), new("client"));

        await _dynamo.PutItemAsync(_table, item);
    }

    private static Func<HttpContext, Func<Task>, Task> CancelTransaction(params string[] reasons) => (http, _) =>
    {
        http.Response.StatusCode = StatusCodes.Status400BadRequest;
        http.Response.ContentType = "application/x-amz-json-1.0";

        return http.Response.WriteAsync(
            "{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"Message\":\"Made up by the test\","
            + $"\"CancellationReasons\":[{string.Join(',', reasons.Select(reason => $$"""{"Code":"{{reason}}"}"""))}]}}");
    };
}
