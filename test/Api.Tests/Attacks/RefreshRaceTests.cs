using System.Text.Json;
using Api.Sessions;
using Api.Sessions.Families;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Attacks;

/// <summary>What happens between two steps of a token request.</summary>
public sealed class RefreshRaceTests : IAsyncLifetime, IDisposable
{
    private readonly EngineUnderTest _engine = EngineUnderTest.Sqlite.Create();
    private readonly SettableTime _time = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private InterruptedStore _documents = null!;
    private SignInApp _app = null!;

    public async Task InitializeAsync()
    {
        _documents = new(await _engine.OpenAsync(_time));
        _app = new(new ApiFactory { Time = _time, Replace = services => services.AddSingleton<IDocumentStore>(_documents) });
        await _app.InitializeAsync();
    }

    public Task DisposeAsync() => _engine.DisposeAsync().AsTask();

    public void Dispose() => _app.Dispose();

    // The family is read, then it gets the new session, and the former one ends.
    [Fact]
    public async Task User_who_signs_in_again_during_a_refresh_stays_signed_in()
    {
        var token = (await _app.StayAsync()).RefreshToken;
        _documents.After(UserStore.FamilyPrefix, async () =>
        {
            var (next, _) = await Sessions.CreateAsync(_app.Ann.Sub, null, default);
            await Families.MoveAsync(_app.Session, next, default);
            await Sessions.EndAsync(_app.Session, default);
        });

        Assert.Equal(200, (await _app.RefreshAsync(token)).Status);
        Assert.True(_documents.WasInterrupted);
    }

    [Fact]
    public async Task User_who_signs_out_during_a_refresh_is_signed_out()
    {
        var token = (await _app.StayAsync()).RefreshToken;
        _documents.After(UserStore.FamilyPrefix, () => Sessions.EndAsync(_app.Session, default));

        Assert.Equal(400, (await _app.RefreshAsync(token)).Status);
        Assert.True(_documents.WasInterrupted);
    }

    // After all checks, before the family is written.
    [Fact]
    public async Task User_who_is_disabled_during_a_refresh_gets_nothing()
    {
        var token = (await _app.StayAsync()).RefreshToken;
        _documents.After(UserStore.SessionPrefix, DisableAsync);

        var (status, _) = await _app.RefreshAsync(token);

        Assert.Equal((400, true), (status, _documents.WasInterrupted));
        Assert.Empty(await _documents.QueryAsync(UserStore.PartitionOf(_app.Ann.Sub), UserStore.FamilyPrefix, 1, default));
    }

    // All that the user has is deleted before the code is used, and the code would begin something new.
    [Fact]
    public async Task User_who_is_disabled_while_a_code_is_redeemed_gets_nothing()
    {
        var code = await _app.GetCodeAsync(("client_id", "staying"));
        _documents.After(UserStore.SessionPrefix, DisableAsync);

        var (status, _) = await _app.RedeemAsync(code, ("client_id", "staying"));

        Assert.Equal((400, true), (status, _documents.WasInterrupted));
        Assert.Empty(await _documents.QueryAsync(UserStore.PartitionOf(_app.Ann.Sub), UserStore.FamilyPrefix, 1, default));
    }

    [Fact]
    public async Task Revocation_during_a_refresh_ends_the_sign_in()
    {
        var token = (await _app.StayAsync()).RefreshToken;
        _documents.After(UserStore.SessionPrefix, () => RevokeAsync(token));

        Assert.Equal((400, true), ((await _app.RefreshAsync(token)).Status, _documents.WasInterrupted));
        Assert.Contains(
            _app.Api.Logs.Lines, line => line.Contains("'staying' ended the sign-in", StringComparison.Ordinal));
    }

    // The revocation reads the family, which is then replaced.
    [Fact]
    public async Task Refresh_during_a_revocation_does_not_keep_the_sign_in()
    {
        var token = (await _app.StayAsync()).RefreshToken;
        var next = "";
        _documents.After(UserStore.FamilyPrefix, async () => next = Text((await _app.RefreshAsync(token)).Body));

        await RevokeAsync(token);

        Assert.StartsWith(RefreshToken.Prefix, next, StringComparison.Ordinal);
        Assert.Equal(400, (await _app.RefreshAsync(next)).Status);
    }

    private SessionStore Sessions => _app.Api.Services.GetRequiredService<SessionStore>();

    private TokenFamilyStore Families => _app.Api.Services.GetRequiredService<TokenFamilyStore>();

    private Task DisableAsync() => _app.Api.Services.GetRequiredService<UserAdministration>()
        .PatchAsync("ann", new() { ["enabled"] = false }, null, new Api.Audit.Actor("test"), default);

    private async Task RevokeAsync(string token) =>
        Assert.Equal(200, (await _app.SendAsync("/oauth2/revoke", new() { ["client_id"] = "staying", ["token"] = token })).Status);

    private static string Text(JsonElement json) => json.GetProperty("refresh_token").GetString()!;

    /// <summary>A store in which something happens after the next read of a kind of document.</summary>
    private sealed class InterruptedStore(IDocumentStore store) : DelegatingDocumentStore(store)
    {
        private (string Prefix, Func<Task> Step)? _next;

        public bool WasInterrupted { get; private set; }

        public void After(string sortPrefix, Func<Task> step) => _next = (sortPrefix, step);

        public override async Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation)
        {
            var found = await base.GetAsync(key, cancellation);

            if (_next is var (prefix, step) && key.Sort.StartsWith(prefix, StringComparison.Ordinal))
            {
                (_next, WasInterrupted) = (null, true);
                await step();
            }

            return found;
        }
    }
}
