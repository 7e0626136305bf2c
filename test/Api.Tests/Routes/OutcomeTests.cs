using System.Collections.Immutable;
using System.Net;
using System.Text;
using Api.Keys;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Api.Tests.Routes;

/// <summary>A change of clients or keys is audited even if the request is aborted or the store fails.</summary>
public sealed class OutcomeTests : IDisposable
{
    private readonly ApiFactory _api = new();
    private readonly TaskCompletionSource _written = new();
    private readonly TaskCompletionSource _go = new();
    private Func<CancellationToken, Task> _afterwards = _ => Task.CompletedTask;

    public OutcomeTests() => _api.Replace = services =>
    {
        services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(provider =>
            new Documents(provider.GetRequiredService<SqliteDocumentStore>(), cancellation => _afterwards(cancellation))));
        services.Replace(ServiceDescriptor.Singleton<IKeyRingStore>(provider =>
            new Keys(provider.GetRequiredService<KeyRingFile>(), cancellation => _afterwards(cancellation))));
    };

    public static TheoryData<string, string, string?, string, string> Requests => new()
    {
        { "POST", "/admin/clients", """{"client_id":"new","client_name":"New","scope":"USER"}""", "Registration", "the client 'new'" },
        { "PATCH", "/admin/clients/orders", """{"enabled":false}""", "Change", "the client 'orders'" },
        { "DELETE", "/admin/clients/orders", null, "Removal", "the client 'orders'" },
        { "POST", "/admin/clients/orders/secrets", null, "New secret", "the client 'orders'" },
        { "POST", "/admin/keys/rotate", null, "Rotation", "signing keys" },
    };

    public void Dispose() => _api.Dispose();

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Change_is_audited_although_the_caller_disconnects(string method, string path, string? body, string what, string whose)
    {
        var administrator = await StartAsync();
        using var caller = new CancellationTokenSource();
        _afterwards = cancellation =>
        {
            _written.SetResult();

            return _go.Task.WaitAsync(cancellation);
        };

        var sending = SendAsync(administrator, method, path, body, caller.Token);
        await _written.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await caller.CancelAsync();
        _go.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);

        await Eventually.IsTrueAsync(() => IsLogged($"Information: {what} of {whose} by '"));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Change_that_is_not_confirmed_is_audited_as_such(string method, string path, string? body, string what, string whose)
    {
        var administrator = await StartAsync();
        _afterwards = _ => path.Contains("keys", StringComparison.Ordinal)
            ? throw new KeyRingException("Made up by the test.")
            : throw new StorageException("Made up by the test.");

        using var response = await SendAsync(administrator, method, path, body, CancellationToken.None);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(IsLogged($"Information: {what} (outcome unknown) of {whose} by '"));
        Assert.False(IsLogged($"Information: {what} of {whose} by '"));
    }

    private async Task<string> StartAsync()
    {
        await _api.AddClientAsync("orders", "USER");

        return await _api.GetTokenAsync("ADMIN");
    }

    private async Task<HttpResponseMessage> SendAsync(
        string administrator, string method, string path, string? body, CancellationToken cancellation)
    {
        using var client = _api.CreateClient();
        using var request = new HttpRequestMessage(new(method), path)
        {
            Headers = { Authorization = new("Bearer", administrator) },
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };

        return await client.SendAsync(request, cancellation);
    }

    private bool IsLogged(string beginning) => _api.Logs.Lines.Any(line => line.StartsWith(beginning, StringComparison.Ordinal));

    /// <summary>Runs an action of the test after each write.</summary>
    private sealed class Documents(IDocumentStore store, Func<CancellationToken, Task> afterwards) : DelegatingDocumentStore(store)
    {
        public override async Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation)
        {
            var written = await base.WriteAsync(writes, cancellation);

            // The day of a secret's last use is written in the background, at any time.
            if (writes is not [DocumentWrite.Replace replace] || replace.Document.Version != replace.Before)
            {
                await afterwards(cancellation);
            }

            return written;
        }
    }

    private sealed class Keys(IKeyRingStore store, Func<CancellationToken, Task> afterwards) : IKeyRingStore
    {
        public Task<KeyRing> LoadAsync(CancellationToken cancellation) => store.LoadAsync(cancellation);

        public async Task<KeyRing?> RotateAsync(CancellationToken cancellation)
        {
            var ring = await store.RotateAsync(cancellation);
            await afterwards(cancellation);

            return ring;
        }
    }
}
