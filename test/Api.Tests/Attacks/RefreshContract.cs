using System.Text.Json;
using Api.Clients;
using Api.Keys;
using Api.Storage;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Attacks;

/// <summary>Refresh tokens with each engine of the document store: many requests at once, and a store that fails at each step.</summary>
public abstract class RefreshContract : InstancesContract
{
    private const int Uses = 200;

    public static TheoryData<string> Contract => NamesOf(typeof(RefreshContract));

    protected async Task Of_200_refreshes_at_once_all_get_the_same_successor()
    {
        using var here = new SignInApp(await StartAsync());
        using var there = new SignInApp(await StartAsync());
        await here.InitializeAsync();
        var first = (await here.StayAsync()).RefreshToken;

        var answers = await Task.WhenAll(Enumerable.Range(0, Uses).Select(
            number => Task.Run(() => (number % 2 is 0 ? here : there).RefreshAsync(first))));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        var second = Assert.Single(answers.Select(answer => Text(answer.Body, "refresh_token")).Distinct());
        Assert.Equal(Uses, answers.Select(answer => Text(answer.Body, "access_token")).Distinct().Count());
        Assert.Equal(200, (await there.RefreshAsync(second)).Status);
    }

    // Each store call of a refresh fails once, before or after it was made. The client sends the request again.
    protected async Task Store_that_fails_at_each_step_signs_nobody_out()
    {
        var failing = new FailingStore(await OpenAsync());
        using var app = AppOn(failing);
        await app.InitializeAsync();
        var token = (await app.StayAsync()).RefreshToken;
        var steps = 0;

        foreach (var isMade in (bool[])[false, true])
        {
            for (var step = 1; ; step++)
            {
                (failing.FailsIn, failing.IsMade) = (step, isMade);
                var (status, _) = await app.RefreshAsync(token);
                var failed = failing.FailsIn is 0;
                failing.FailsIn = -1;
                var (again, tokens) = await app.RefreshAsync(token);

                Assert.Equal((failed ? 503 : 200, 200), (status, again));
                token = Text(tokens, "refresh_token");

                if (!failed)
                {
                    break;
                }

                steps++;
            }
        }

        // Family, user, session and the write of the family.
        Assert.InRange(steps, 8, 12);
    }

    // A new instance has no keys, as the secret cannot be read. The client tries again for minutes.
    protected async Task Instance_without_signing_keys_signs_nobody_out()
    {
        using var here = new SignInApp(await StartAsync());
        await here.InitializeAsync();
        var token = (await here.StayAsync()).RefreshToken;
        var code = await here.GetCodeAsync(("client_id", "staying"));
        var documents = await OpenAsync();
        using var keyless = new SignInApp(new ApiFactory
        {
            Time = Time,
            Replace = services => services.AddSingleton(documents).AddSingleton<IKeyRingStore>(new NoKeys()),
        });

        Assert.Equal(503, (await keyless.RedeemAsync(code, ("client_id", "staying"))).Status);
        Assert.Equal(200, (await here.RedeemAsync(code, ("client_id", "staying"))).Status);
        Assert.Equal(503, (await keyless.RefreshAsync(token)).Status);
        Time.Now = Time.Now.AddMinutes(2);
        Assert.Equal(200, (await here.RefreshAsync(token)).Status);
    }

    // For up to a minute, an instance has the client from before in its cache.
    protected async Task Sign_in_while_the_client_was_disabled_ends()
    {
        using var here = new SignInApp(await StartAsync());
        using var there = new SignInApp(await StartAsync());
        await here.InitializeAsync();
        var administration = here.Api.Services.GetRequiredService<ClientAdministration>();
        Task EnableAsync(bool enabled) =>
            administration.PatchAsync("staying", new() { ["enabled"] = enabled }, null, new Api.Audit.Actor("test"), default);
        async Task<JsonElement> SignInThereAsync()
        {
            using var response = await there.BrowseAsync($"/oauth2/authorize?{Encode(Request(("client_id", "staying")))}", here.Cookie);

            return (await there.RedeemAsync(ReadAnswer(response)["code"], ("client_id", "staying"))).Body;
        }

        await SignInThereAsync();
        await EnableAsync(false);
        Time.Now = Time.Now.AddSeconds(30);
        var token = Text(await SignInThereAsync(), "refresh_token");
        Time.Now = Time.Now.AddMinutes(1);
        await EnableAsync(true);
        Time.Now = Time.Now.AddMinutes(1);

        Assert.Equal(400, (await there.RefreshAsync(token)).Status);
        Assert.Equal(200, (await there.RefreshAsync(Text(await SignInThereAsync(), "refresh_token"))).Status);
    }

    private SignInApp AppOn(IDocumentStore store) => new(Start(store));

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private sealed class NoKeys : IKeyRingStore
    {
        public Task<KeyRing> LoadAsync(CancellationToken cancellation) => throw new KeyRingException("There are no keys in this test.");

        public Task<KeyRing?> RotateAsync(CancellationToken cancellation) => throw new KeyRingException("There are no keys in this test.");
    }

    /// <summary>A store in which one of the next calls fails.</summary>
    private sealed class FailingStore(IDocumentStore store) : DelegatingDocumentStore(store)
    {
        /// <summary>The call that fails, from 1; 0: it has failed; negative: none.</summary>
        public int FailsIn { get; set; } = -1;

        /// <summary>Whether a write is made before its answer is lost.</summary>
        public bool IsMade { get; set; }

        public override Task<Document?> GetAsync(DocumentKey key, CancellationToken cancellation) =>
            IsFailing() ? throw Failure() : base.GetAsync(key, cancellation);

        public override async Task<bool> WriteAsync(
            System.Collections.Immutable.ImmutableArray<DocumentWrite> writes, CancellationToken cancellation)
        {
            var isFailing = IsFailing();
            var isWritten = (!isFailing || IsMade) && await base.WriteAsync(writes, cancellation);

            return isFailing ? throw Failure() : isWritten;
        }

        private bool IsFailing() => FailsIn > 0 && --FailsIn is 0;

        private static StorageException Failure() => new("The store fails in this test.");
    }
}

public sealed class RefreshTests : RefreshContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class RefreshOnAwsTests(MotoServer moto) : RefreshContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
