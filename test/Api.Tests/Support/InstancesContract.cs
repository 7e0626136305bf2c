using Api.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Support;

/// <summary>Tests of the app that pass with each engine of the document store, with as many instances as a test starts.</summary>
public abstract class InstancesContract : StorageContract, IDisposable
{
    // The keys are older.
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<ApiFactory> _instances = [];

    /// <summary>Starts an instance of the app. All instances have the same documents, keys and clock.</summary>
    internal async Task<ApiFactory> StartAsync() => Start(await OpenAsync());

    /// <summary>Starts an instance of the app with a store of the engine, which can be wrapped.</summary>
    internal ApiFactory Start(IDocumentStore documents)
    {
        Time.Now = Time.Now > Noon ? Time.Now : Noon;
        var api = new ApiFactory { Time = Time, Replace = services => services.AddSingleton(documents) };
        _instances.Add(api);
        // The factory does not expect that several requests at once start the app.
        _ = api.Server;

        return api;
    }

    public void Dispose()
    {
        _instances.ForEach(instance => instance.Dispose());
        GC.SuppressFinalize(this);
    }
}
