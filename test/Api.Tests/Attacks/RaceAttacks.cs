using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Storage;
using Api.Tests.SignIn;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Api.Tests.Attacks;

/// <summary>
/// A code, a link and a ceremony, each used 200 times at once over two instances, and a counter. Every request has read the value before the first of them
/// uses it, so that only the condition of the write decides.
/// </summary>
public sealed class RaceAttacks : IAsyncLifetime, IDisposable
{
    private const int Requests = 200;

    private readonly Gate _gate = new();
    private readonly SignInApp _app;
    private readonly SignInApp _second;

    public RaceAttacks()
    {
        _app = new(Guard(new()));
        _second = new(Guard(new ApiFactory { Time = _app.Api.Time }.Set("DataDirectory", _app.Api.DataDirectory)));
    }

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _second.Dispose();
        _app.Dispose();
    }

    [Fact]
    public async Task Code_is_redeemed_once()
    {
        var code = await _app.GetCodeAsync();

        Assert.Equal(1, await SucceedAsync(key => key.Sort is "code", async app => (await app.RedeemAsync(code)).Status is 200));
    }

    [Fact]
    public async Task Ceremony_signs_in_once()
    {
        var (_, _, authenticator) = await _app.Api.EnrollAsync("ada");
        var browser = new Browser(_app.Api);
        var begun = await browser.BeginAsync("/sign-in/options");
        var credential = authenticator.Get(begun.GetProperty("options"));

        Assert.Equal(1, await SucceedAsync(key => key.Sort is "ceremony", async app =>
        {
            var copy = new Browser(app.Api) { Cookies = { ["__Host-ceremony"] = browser.Cookies["__Host-ceremony"] } };

            return await copy.AnswerAsync("/sign-in", begun, credential) is HttpStatusCode.NoContent;
        }));
    }

    // A copied passkey: each of the two has the same counter (Web Authentication Level 3 §6.1.1).
    [Fact]
    public async Task Counter_of_a_passkey_is_used_once()
    {
        var (_, _, authenticator) = await _app.Api.EnrollAsync("ada", new(ApiFactory.Issuer) { Counter = 5 });
        authenticator.Counter = 6;
        var answers = new ConcurrentQueue<(Browser Browser, JsonElement Begun, JsonObject Credential)>();

        // Each has its own ceremony. Begun at once, many of them would wait too long for the database of a busy machine.
        for (var number = 0; number < 20; number++)
        {
            var browser = new Browser(number % 2 is 0 ? _app.Api : _second.Api);
            var begun = await browser.BeginAsync("/sign-in/options");
            answers.Enqueue((browser, begun, authenticator.Get(begun.GetProperty("options"))));
        }

        Assert.Equal(1, await SucceedAsync(
            key => key.Sort.StartsWith("passkey#", StringComparison.Ordinal),
            async _ =>
            {
                Assert.True(answers.TryDequeue(out var answer));
                var (browser, begun, credential) = answer;

                return await browser.AnswerAsync("/sign-in", begun, credential) is HttpStatusCode.NoContent;
            },
            answers.Count));
    }

    // EnrollTests shows that the passkey depends on it.
    [Fact]
    public async Task Link_is_used_once()
    {
        var link = await _app.Api.LinkAsync(await _app.Api.AddUserAsync("ada"));

        Assert.Equal(1, await SucceedAsync(
            key => key.Sort is "link",
            async app => await app.Api.Services.GetRequiredService<EnrollmentLinks>().ConsumeAsync(link, default) is not null));
    }

    private async Task<int> SucceedAsync(Func<DocumentKey, bool> isUsed, Func<SignInApp, Task<bool>> use, int requests = Requests)
    {
        (_gate.IsUsed, _gate.Requests) = (isUsed, requests);
        var results = await Task.WhenAll(Enumerable.Range(0, requests).Select(number => Task.Run(() => use(number % 2 is 0 ? _app : _second))));

        return results.Count(succeeds => succeeds);
    }

    private ApiFactory Guard(ApiFactory api)
    {
        api.Replace = services => services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(provider =>
            new Documents(provider.GetRequiredService<SqliteDocumentStore>(), _gate)));

        return api;
    }

    /// <summary>Lets the uses of a value pass when all requests have arrived.</summary>
    private sealed class Gate
    {
        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _arrived;

        public Func<DocumentKey, bool> IsUsed { get; set; } = _ => false;

        public int Requests { get; set; }

        public async Task PassAsync(ImmutableArray<DocumentWrite> writes)
        {
            if (!writes.Any(write => write is DocumentWrite.Replace && IsUsed(write.Key)))
            {
                return;
            }

            if (Interlocked.Increment(ref _arrived) == Requests)
            {
                _open.SetResult();
            }

            await _open.Task.WaitAsync(TimeSpan.FromMinutes(1));
        }
    }

    private sealed class Documents(IDocumentStore store, Gate gate) : DelegatingDocumentStore(store)
    {
        public override async Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation)
        {
            await gate.PassAsync(writes);

            return await base.WriteAsync(writes, cancellation);
        }
    }
}
