using Api.Configuration;
using Api.Foundation;
using Api.Sessions;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;

namespace Api.Tests.Sessions;

/// <summary>Browser sessions with each engine of the document store.</summary>
public abstract class SessionStoreContract : StorageContract
{
    private static readonly string Sub = User.NewSub();

    public static TheoryData<string> Contract => NamesOf(typeof(SessionStoreContract));

    private TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(14);

    protected async Task Session_is_found_by_its_cookie_at_each_instance()
    {
        var (session, value) = await (await SessionsAsync()).CreateAsync(Sub, "Browser/1.0 (é\n)", default);

        var found = await (await SessionsAsync()).FindAsync(value, default);

        Assert.Equal(session, found);
        Assert.Equal((Sub, Time.Now, "Browser/1.0 (??)"), (session.Sub, session.AuthenticatedAt, session.UserAgent));
        Assert.Equal([Sub, OpaqueToken.Hash(value.Split('.')[1])], [value.Split('.')[0], session.Id]);
        Assert.DoesNotContain(session.Sid, value, StringComparison.Ordinal);
    }

    protected async Task Each_sign_in_has_a_new_id()
    {
        var sessions = await SessionsAsync();
        var (first, firstValue) = await sessions.CreateAsync(Sub, null, default);
        var (second, secondValue) = await sessions.CreateAsync(Sub, null, default);

        Assert.NotEqual(firstValue, secondValue);
        Assert.NotEqual(first.Id, second.Id);
        Assert.NotEqual(first.Sid, second.Sid);
    }

    protected async Task Session_ends_when_it_is_not_used_for_its_lifetime()
    {
        var sessions = await SessionsAsync();
        var (session, value) = await sessions.CreateAsync(Sub, null, default);

        Time.Now = session.CreatedAt + Lifetime - TimeSpan.FromSeconds(1);
        Assert.NotNull(await sessions.FindAsync(value, default));
        Assert.Single(await sessions.ListAsync(Sub, default));

        Time.Now = session.CreatedAt + Lifetime;
        Assert.Null(await sessions.FindAsync(value, default));
        Assert.Empty(await sessions.ListAsync(Sub, default));
    }

    protected async Task Shorter_lifetime_applies_to_existing_sessions()
    {
        var (session, value) = await (await SessionsAsync()).CreateAsync(Sub, null, default);
        Lifetime = TimeSpan.FromMinutes(10);
        var sessions = await SessionsAsync();

        Time.Now = session.CreatedAt.AddSeconds(599);
        Assert.NotNull(await sessions.FindAsync(value, default));

        Time.Now = session.CreatedAt.AddSeconds(600);
        Assert.Null(await sessions.FindAsync(value, default));
    }

    protected async Task Session_is_extended_once_a_day()
    {
        var sessions = await SessionsAsync();
        var (session, value) = await sessions.CreateAsync(Sub, null, default);

        Time.Now = session.CreatedAt.AddDays(1).AddSeconds(-1);
        Assert.Null(await sessions.ExtendAsync(session, default));

        Time.Now = session.CreatedAt.AddDays(1);
        var extended = (await sessions.ExtendAsync(session, default))!;
        Assert.Equal(session with { LastUsedAt = Time.Now, ExpiresAt = Time.Now + Lifetime, Version = extended.Version }, extended);
        // Another request with the same session came first.
        Assert.Null(await sessions.ExtendAsync(session, default));

        Time.Now = extended.ExpiresAt.AddSeconds(-1);
        Assert.Equal(extended, await sessions.FindAsync(value, default));
        Time.Now = extended.ExpiresAt;
        Assert.Null(await sessions.FindAsync(value, default));
    }

    protected async Task Short_session_is_extended_after_a_tenth_of_its_lifetime()
    {
        Lifetime = TimeSpan.FromMinutes(10);
        var sessions = await SessionsAsync();
        var (session, _) = await sessions.CreateAsync(Sub, null, default);

        Time.Now = session.CreatedAt.AddSeconds(59);
        Assert.Null(await sessions.ExtendAsync(session, default));
        Time.Now = session.CreatedAt.AddSeconds(60);
        Assert.NotNull(await sessions.ExtendAsync(session, default));
    }

    protected async Task Ended_session_stays_ended()
    {
        var (here, there) = (await SessionsAsync(), await SessionsAsync());
        var (session, value) = await here.CreateAsync(Sub, null, default);
        var (other, otherValue) = await here.CreateAsync(Sub, null, default);
        Time.Now = Time.Now.AddDays(2);
        // The caller's session is older than the stored one.
        Assert.NotNull(await there.ExtendAsync(session, default));

        await here.EndAsync(session, default);
        await here.EndAsync(session, default);

        Assert.Null(await there.FindAsync(value, default));
        Assert.Null(await there.ExtendAsync(session, default));
        Assert.Null(await there.FindAsync(value, default));
        Assert.Equal(other, await there.FindAsync(otherValue, default));
    }

    protected async Task All_sessions_of_a_user_end_and_no_others()
    {
        var sessions = await SessionsAsync();
        var others = User.NewSub();
        var (_, value) = await sessions.CreateAsync(Sub, null, default);
        var (other, otherValue) = await sessions.CreateAsync(others, null, default);
        await sessions.CreateAsync(Sub, null, default);
        await AddDocumentAsync(Sub, OpaqueToken.Hash("damaged"), "{");

        await sessions.EndAllAsync(Sub, default);
        await sessions.EndAllAsync(Sub, default);

        Assert.Null(await sessions.FindAsync(value, default));
        Assert.Empty(await (await OpenAsync()).QueryAsync(UserStore.PartitionOf(Sub), "session#", 10, default));
        Assert.Equal(other, await sessions.FindAsync(otherValue, default));
    }

    protected async Task Sessions_are_listed_by_last_use_and_bounded()
    {
        var sessions = await SessionsAsync();
        var ids = new List<string>();

        for (var number = 0; number <= SessionStore.MaximumSessions; number++)
        {
            ids.Insert(0, (await sessions.CreateAsync(Sub, null, default)).Session.Id);
            Time.Now = Time.Now.AddSeconds(1);
        }

        Assert.Equal(ids[..SessionStore.MaximumSessions], (await sessions.ListAsync(Sub, default)).Select(session => session.Id));
    }

    protected async Task Cookie_that_was_not_issued_finds_nothing()
    {
        var sessions = await SessionsAsync();
        var (session, value) = await sessions.CreateAsync(Sub, null, default);
        var random = value.Split('.')[1];
        string[] others =
        [
            "", ".", "..", Sub, random, $"{Sub}.", $".{random}", $"{Sub}.{random}.", $".{Sub}.{random}", $"{Sub}..{random}", $"{Sub}.{random}=",
            $"{Sub}.{session.Id}", $"{User.NewSub()}.{random}", $"{Sub.ToUpperInvariant()}.{random}", $"{Sub}.{random[..^1]}", $"{Sub}.{random}A",
            $"{Sub} .{random}", $"{Sub}.{new string('A', 43)}", $"{Sub}.{new string('é', 43)}", $"user#{Sub}.{random}", new('.', 10_000),
            $"{Sub}.{new string('A', 100_000)}",
        ];

        foreach (var other in others)
        {
            Assert.Null(await sessions.FindAsync(other, default));
        }

        Assert.NotNull(await sessions.FindAsync(value, default));
    }

    protected async Task Damaged_session_is_none_and_hurts_no_other()
    {
        var sessions = await SessionsAsync();
        var (session, value) = await sessions.CreateAsync(Sub, null, default);
        var json = SessionDocument.Write(session).Json;
        string[] documents =
        [
            "", "{", "null", "[]", "{}", json.Replace(Sub, User.NewSub(), StringComparison.Ordinal),
            json.Replace("\"sid\":\"", "\"sid\":7,\"x\":\"", StringComparison.Ordinal),
            json.Replace(session.Sid, "\\ud800", StringComparison.Ordinal),
        ];

        foreach (var damaged in documents)
        {
            var random = OpaqueToken.Generate();
            await AddDocumentAsync(Sub, OpaqueToken.Hash(random), damaged);
            Assert.Null(await sessions.FindAsync($"{Sub}.{random}", default));
        }

        Assert.Equal(session, Assert.Single(await sessions.ListAsync(Sub, default)));
        Assert.Equal(session, await sessions.FindAsync(value, default));
    }

    private async Task AddDocumentAsync(string sub, string id, string json) => Assert.True(await (await OpenAsync()).WriteAsync(
        [new DocumentWrite.Add(new(SessionDocument.KeyOf(sub, id), json) { ExpiresAt = Time.Now.AddDays(1) })], default));

    private async Task<SessionStore> SessionsAsync() =>
        new(await OpenAsync(), new AuthorizationServerOptions { SessionLifetime = Lifetime }, Time);
}

public sealed class SessionStoreTests : SessionStoreContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class SessionStoreOnAwsTests(MotoServer moto) : SessionStoreContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
