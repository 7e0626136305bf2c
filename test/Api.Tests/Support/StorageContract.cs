using System.Reflection;
using Amazon.DynamoDBv2;
using Api.Storage;

namespace Api.Tests.Support;

/// <summary>
/// Tests that pass with each engine of the document store. They are the protected methods of the contract, a derived class. Each class
/// derived from the contract has an engine.
/// </summary>
public abstract class StorageContract : IAsyncLifetime
{
    internal SettableTime Time { get; } = new(TestKeys.CreatedAt);

    internal EngineUnderTest Engine { get; private set; } = null!;

    public async Task InitializeAsync() => Engine = await CreateAsync();

    public Task DisposeAsync() => Engine.DisposeAsync().AsTask();

    internal abstract Task<EngineUnderTest> CreateAsync();

    internal Task<IDocumentStore> OpenAsync() => Engine.OpenAsync(Time);

    /// <summary>The tests of a contract, by name.</summary>
    protected static TheoryData<string> NamesOf(Type contract) => [.. TestsOf(contract).Select(test => test.Name)];

    protected Task RunAsync(string test) => (Task)TestsOf(GetType().BaseType!).Single(method => method.Name == test).Invoke(this, [])!;

    private static IEnumerable<MethodInfo> TestsOf(Type contract) => contract
        .GetMethods(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Task) && method.GetParameters() is [] && method.IsFamily);
}

/// <summary>One engine, with data of its own. Each opened store is one that another instance of the program would have.</summary>
internal abstract class EngineUnderTest : IAsyncDisposable
{
    public abstract Task<IDocumentStore> OpenAsync(TimeProvider time);

    public abstract ValueTask DisposeAsync();

    internal sealed class Sqlite : EngineUnderTest
    {
        private readonly TemporaryFolder _folder = new();
        private readonly List<SqliteDatabase> _databases = [];

        public static EngineUnderTest Create() => new Sqlite();

        public override async Task<IDocumentStore> OpenAsync(TimeProvider time)
        {
            var database = new SqliteDatabase(new() { DataDirectory = _folder["data"] });
            _databases.Add(database);
            await database.OpenAsync(default);

            return new SqliteDocumentStore(database, time);
        }

        public override ValueTask DisposeAsync()
        {
            _databases.ForEach(database => database.Dispose());
            _folder.Dispose();

            return ValueTask.CompletedTask;
        }
    }

    internal sealed class Dynamo : EngineUnderTest
    {
        private readonly List<AmazonDynamoDBClient> _clients = [];
        private UnreliableProxy _proxy = null!;
        private string _table = "";

        public static async Task<EngineUnderTest> StartAsync(MotoServer moto)
        {
            var proxy = await UnreliableProxy.StartAsync(moto.Address);
            // The emulator's transactions are not isolated.
            proxy.Answer = UnreliableProxy.OneByOne();

            return new Dynamo { _proxy = proxy, _table = await moto.CreateTableAsync() };
        }

        public override Task<IDocumentStore> OpenAsync(TimeProvider time)
        {
            var client = MotoServer.DynamoClientOf(_proxy.Address, TimeSpan.FromSeconds(60));
            _clients.Add(client);

            return Task.FromResult<IDocumentStore>(new DynamoDocumentStore(client, new() { DataTable = _table }, time));
        }

        public override async ValueTask DisposeAsync()
        {
            _clients.ForEach(client => client.Dispose());
            await _proxy.DisposeAsync();
        }
    }
}
