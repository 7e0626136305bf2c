using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Storage;
using Api.Tests.SignIn;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Api.Tests.Attacks;

/// <summary>
/// A copied passkey: both copies have the same counter (Web Authentication Level 3 §6.1.1). All sign-ins have read the stored counter before
/// the first of them writes it, so that only the condition of the write decides.
/// </summary>
public sealed class CounterAttacks : IDisposable
{
    private const int SignIns = 20;

    private readonly TaskCompletionSource _allArrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ApiFactory _api = new();
    private int _arrived;

    public CounterAttacks() => _api.Replace = services => services.Replace(ServiceDescriptor.Singleton<IDocumentStore>(provider =>
        new Documents(provider.GetRequiredService<SqliteDocumentStore>(), WaitForAllAsync)));

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Counter_of_a_passkey_is_used_once()
    {
        var (_, _, authenticator) = await _api.EnrollAsync("ada", new(ApiFactory.Issuer) { Counter = 5 });
        authenticator.Counter = 6;
        var answers = new List<(Browser Browser, JsonElement Begun, JsonObject Credential)>();

        for (var number = 0; number < SignIns; number++)
        {
            var browser = new Browser(_api);
            var begun = await browser.BeginAsync("/sign-in/options");
            answers.Add((browser, begun, authenticator.Get(begun.GetProperty("options"))));
        }

        var statuses = await Task.WhenAll(answers.Select(answer =>
            Task.Run(() => answer.Browser.AnswerAsync("/sign-in", answer.Begun, answer.Credential))));

        Assert.Single(statuses, HttpStatusCode.NoContent);
        Assert.Equal(SignIns - 1, statuses.Count(status => status is HttpStatusCode.Forbidden));
    }

    private async Task WaitForAllAsync()
    {
        if (Interlocked.Increment(ref _arrived) is SignIns)
        {
            _allArrived.SetResult();
        }

        await _allArrived.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }

    private sealed class Documents(IDocumentStore store, Func<Task> waitForAllAsync) : DelegatingDocumentStore(store)
    {
        public override async Task<bool> WriteAsync(ImmutableArray<DocumentWrite> writes, CancellationToken cancellation)
        {
            if (writes is [DocumentWrite.Replace { Key.Sort: var sort }] && sort.StartsWith("passkey#", StringComparison.Ordinal))
            {
                await waitForAllAsync();
            }

            return await base.WriteAsync(writes, cancellation);
        }
    }
}
