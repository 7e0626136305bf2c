using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Api.Clients;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Clients;

[Collection(MotoCollection.Name)]
public sealed class DynamoClientStoreTests(MotoServer moto) : ClientStoreContract, IAsyncLifetime, IDisposable
{
    private UnreliableProxy _proxy = null!;
    private AmazonDynamoDBClient _dynamo = null!;
    private string _table = "";

    public async Task InitializeAsync()
    {
        _proxy = await UnreliableProxy.StartAsync(moto.Address);
        _proxy.Answer = UnreliableProxy.OneByOne();
        // The emulator is slow with 10,000 clients.
        _dynamo = MotoServer.DynamoClientOf(_proxy.Address, TimeSpan.FromSeconds(30));
        _table = await moto.CreateTableAsync();
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    public void Dispose() => _dynamo.Dispose();

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    [FactWith(Tool.Moto)]
    public async Task Client_that_breaks_a_rule_is_refused_by_name()
    {
        var store = await OpenAsync();
        await WriteDocumentAsync("orders", "{}");

        var refusal = await Assert.ThrowsAsync<DamagedClientException>(() => store.FindAsync("orders", default));

        Assert.Contains($"The client orders in the table {_table} cannot be used", refusal.Message, StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Item_without_document_or_version_is_damaged_and_can_be_removed()
    {
        var store = await OpenAsync();
        await _dynamo.PutItemAsync(_table, new() { ["pk"] = new("client"), ["sk"] = new("orders") });
        await _dynamo.PutItemAsync(_table, new()
        {
            ["pk"] = new("client"),
            ["sk"] = new("other"),
            ["document"] = new(ClientDocument.Write(ClientOf("other"))),
            ["version"] = new() { N = "1" },
        });

        var listed = await store.ListAsync(null, 10, default);

        Assert.Equal(["it has no document", "it has no version"], listed.Select(stored => stored.Fault));
        Assert.True(await store.RemoveDamagedAsync("orders", default));
        Assert.True(await store.RemoveDamagedAsync("other", default));
        Assert.Empty(await store.ListAsync(null, 10, default));
    }

    [FactWith(Tool.Moto)]
    public async Task List_that_exceeds_an_answer_is_read_on()
    {
        var store = await OpenAsync();
        // 30 of 40,000 bytes: an answer ends at a megabyte.
        var ids = Enumerable.Range(10, 30).Select(number => $"c{number}").ToArray();
        await AddManyAsync(store, ids.Select(id => ClientOf(id) with { ClientName = new('x', 40_000) }));

        var page = await store.ListAsync(null, 29, default);

        Assert.Equal(ids[..29], page.Select(stored => stored.Client!.ClientId));
    }

    [FactWith(Tool.Moto)]
    public async Task Table_that_is_not_there_is_named_with_its_setting()
    {
        var store = new DynamoClientStore(_dynamo, new() { ClientsTable = "clients-elsewhere" }, Time);

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.FindAsync("orders", default));

        Assert.Contains("table clients-elsewhere cannot be read: ResourceNotFoundException", failure.Message, StringComparison.Ordinal);
        Assert.Contains("set ClientsTable", failure.Message, StringComparison.Ordinal);
    }

    [FactWith(Tool.Moto)]
    public async Task Right_that_is_missing_is_named()
    {
        var store = await OpenAsync();
        _proxy.Answer = UnreliableProxy.Error(400, "AccessDeniedException");

        var failure = await Assert.ThrowsAsync<StorageException>(() => store.AddAsync(ClientOf("orders"), default));

        Assert.Contains($"table {_table} cannot be written: AccessDeniedException", failure.Message, StringComparison.Ordinal);
        Assert.Contains("dynamodb:GetItem, PutItem", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> Outages => [.. Failures.Keys];

    private static readonly Dictionary<string, Func<HttpContext, Func<Task>, Task>> Failures = new()
    {
        ["stopped"] = UnreliableProxy.Drop,
        ["hanging"] = UnreliableProxy.Hang,
        ["500"] = UnreliableProxy.Error(500, "InternalServerError"),
        ["throttling"] = UnreliableProxy.Error(400, "ThrottlingException"),
        ["no JSON"] = (http, _) => http.Response.WriteAsync("<html>"),
    };

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_is_told_as_such(string outage)
    {
        using var dynamo = MotoServer.DynamoClientOf(_proxy.Address, TimeSpan.FromMilliseconds(200));
        var store = new DynamoClientStore(dynamo, new() { ClientsTable = _table }, Time);
        var client = ClientOf("orders", "ADMIN");
        _proxy.Answer = Failures[outage];

        Func<Task>[] all =
        [
            () => store.FindAsync("orders", default),
            () => store.ListAsync(null, 10, default),
            () => store.RemoveDamagedAsync("orders", default),
            () => store.AddAsync(client, default),
            () => store.ChangeAsync(client, null, keepAdministrator: false, default),
            () => store.ChangeAsync(client, null, keepAdministrator: true, default),
            () => store.NoteUseAsync("orders", "secret", new(2026, 6, 1), default),
            () => store.TryConsumeJtiAsync("identifier", Time.Now, default),
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

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.FindAsync("orders", gone.Token));
    }

    [FactWith(Tool.Moto)]
    public async Task Write_whose_answer_is_lost_is_done_and_not_somebody_else_s()
    {
        var store = await OpenAsync();
        var (client, changed) = (ClientOf("orders"), Renamed(ClientOf("orders"), "x"));

        _proxy.Answer = UnreliableProxy.LoseFirstAnswer();
        Assert.True(await store.AddAsync(client, default));
        _proxy.Answer = UnreliableProxy.LoseFirstAnswer();
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(client, changed, keepAdministrator: true, default));

        Assert.Equal("x", (await store.FindAsync("orders", default))!.ClientName);
        _proxy.Answer = UnreliableProxy.LoseFirstAnswer();
        Assert.Equal(ClientChange.Done, await store.ChangeAsync(changed, null, keepAdministrator: true, default));
        Assert.Null(await store.FindAsync("orders", default));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("ConditionalCheckFailed", "None")]
    [InlineData("TransactionConflict", "None")]
    [InlineData("None", "ConditionalCheckFailed")]
    [InlineData("None", "TransactionConflict")]
    public async Task Administrator_who_is_being_changed_has_to_be_looked_at_again(string own, string other)
    {
        var (store, administrator) = await CancelTransactionsAsync(own, other);

        Assert.Equal(ClientChange.Conflict, await store.ChangeAsync(administrator, null, keepAdministrator: true, default));
    }

    [TheoryWith(Tool.Moto)]
    [InlineData("ThrottlingError", "None")]
    [InlineData("ConditionalCheckFailed", "ProvisionedThroughputExceeded")]
    public async Task Transaction_that_fails_for_another_reason_is_an_outage(string own, string other)
    {
        var (store, administrator) = await CancelTransactionsAsync(own, other);

        await Assert.ThrowsAsync<StorageException>(() => store.ChangeAsync(administrator, null, keepAdministrator: true, default));
    }

    [FactWith(Tool.Moto)]
    public async Task Write_while_a_transaction_holds_the_client_is_a_conflict()
    {
        var store = await OpenAsync();
        var client = ClientOf("orders");
        await store.AddAsync(client, default);
        _proxy.Answer = UnreliableProxy.Error(400, "com.amazonaws.dynamodb.v20120810#TransactionConflictException");

        Assert.Equal(ClientChange.Conflict, await store.ChangeAsync(client, null, keepAdministrator: true, default));
    }

    [FactWith(Tool.Moto)]
    public async Task Use_of_a_client_that_is_gone_makes_no_client()
    {
        var store = await OpenAsync();

        await store.NoteUseAsync("orders", "secret", new(2026, 6, 1), default);

        Assert.Null(await store.FindAsync("orders", default));
        Assert.Empty(await store.ListAsync(null, 10, default));
    }

    [FactWith(Tool.Moto)]
    public async Task Days_of_secrets_that_are_gone_are_not_kept()
    {
        var store = await OpenAsync();
        var (first, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var (second, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var client = ClientOf("orders") with { Secrets = [first, second] };
        await store.AddAsync(client, default);
        await store.NoteUseAsync("orders", first.Id, new(2026, 6, 1), default);
        await store.NoteUseAsync("orders", second.Id, new(2026, 6, 2), default);

        await store.ChangeAsync(client, Renamed(client, "x") with { Secrets = [second] }, keepAdministrator: true, default);

        var item = (await _dynamo.GetItemAsync(_table, new() { ["pk"] = new("client"), ["sk"] = new("orders") })).Item;
        Assert.Equal("2026-06-02", Assert.Single(item["last_used"].M, use => use.Key == second.Id).Value.S);
    }

    internal override Task WriteDocumentAsync(string clientId, string document) => _dynamo.PutItemAsync(_table, new()
    {
        ["pk"] = new("client"),
        ["sk"] = new(clientId),
        ["document"] = new(document),
        ["version"] = new("1"),
        ["administrator"] = new("yes"),
    });

    internal override Task<IClientStore> OpenAsync() =>
        Task.FromResult<IClientStore>(new DynamoClientStore(_dynamo, new() { ClientsTable = _table }, Time));

    internal override async Task AddManyAsync(IClientStore store, IEnumerable<Client> clients)
    {
        // In the shape of one that the store has written, which would take the emulator minutes for all of them.
        await store.AddAsync(ClientOf("shape"), default);
        var shape = (await _dynamo.GetItemAsync(_table, new() { ["pk"] = new("client"), ["sk"] = new("shape") })).Item;

        foreach (var batch in clients.Chunk(25))
        {
            await _dynamo.BatchWriteItemAsync(new BatchWriteItemRequest(new()
            {
                [_table] = [.. batch.Select(client => new WriteRequest(new PutRequest(new(shape)
                {
                    ["sk"] = new(client.ClientId),
                    ["document"] = new(ClientDocument.Write(client)),
                })))],
            }));
        }
    }

    private async Task<(IClientStore Store, Client Administrator)> CancelTransactionsAsync(params string[] reasons)
    {
        var store = await OpenAsync();
        var (secret, _) = ClientSecret.Generate(TestKeys.CreatedAt);
        var (administrator, other) = (
            ClientOf(NewId(), "ADMIN") with { Secrets = [secret] }, ClientOf(NewId(), "ADMIN") with { Secrets = [secret] });
        await store.AddAsync(administrator, default);
        await store.AddAsync(other, default);
        var codes = string.Join(',', reasons.Select(reason => $$"""{"Code":"{{reason}}"}"""));
        _proxy.Answer = (http, forward) =>
        {
            if (!http.Request.Headers["X-Amz-Target"].ToString().EndsWith(".TransactWriteItems", StringComparison.Ordinal))
            {
                return forward();
            }

            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            http.Response.ContentType = "application/x-amz-json-1.0";

            return http.Response.WriteAsync(
                "{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"Message\":\"Made up by the test\","
                + $"\"CancellationReasons\":[{codes}]}}");
        };

        return (store, administrator);
    }
}
