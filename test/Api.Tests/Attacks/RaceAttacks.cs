using System.Collections.Immutable;
using System.Net;
using Api.Storage;
using Api.Tests.SignIn;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Api.Tests.Attacks;

/// <summary>
/// A code, a link and a ceremony, each used 200 times at once over two instances. Every request has read the value before the first of them
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

        Assert.Equal(1, await SucceedAsync(
            key => key.Sort.StartsWith("passkey#", StringComparison.Ordinal), async app => await new Browser(app.Api).SignInAsync(authenticator) is HttpStatusCode.NoContent));
    }

    [Fact]
    public async Task Link_makes_one_passkey()
    {
        var user = await _app.Api.AddUserAsync("ada");
        var link = await _app.Api.LinkAsync(user);

        Assert.Equal(1, await SucceedAsync(
            key => key.Sort is "link", async app => await new Browser(app.Api).EnrollAsync(link, new(ApiFactory.Issuer)) is HttpStatusCode.NoContent));
        Assert.Single(await _app.Api.UsersOf().ListPasskeysAsync(user.Sub, default));
    }

    private async Task<int> SucceedAsync(Func<DocumentKey, bool> isUsed, Func<SignInApp, Task<bool>> use)
    {
        _gate.IsUsed = isUsed;
        var results = await Task.WhenAll(Enumerable.Range(0, Requests).Select(number => Task.Run(() => use(number % 2 is 0 ? _app : _second))));

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

        public async Task PassAsync(ImmutableArray<DocumentWrite> writes)
        {
            if (!writes.Any(write => write is DocumentWrite.Replace && IsUsed(write.Key)))
            {
                return;
            }

            if (Interlocked.Increment(ref _arrived) is Requests)
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
