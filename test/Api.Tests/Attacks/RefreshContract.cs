using System.Text.Json;
using Api.Storage;
using Api.Tests.Support;

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

    private SignInApp AppOn(IDocumentStore store) => new(Start(store));

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

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
