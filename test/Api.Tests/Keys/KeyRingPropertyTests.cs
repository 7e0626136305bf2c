using Api.Keys;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace Api.Tests.Keys;

/// <summary>
/// For any order of rotations, revocations and restarts, and with old copies and wrong clocks: exactly one key signs, and every token that
/// has not expired can be verified with every key set that a verifier may still use.
/// </summary>
public sealed class KeyRingPropertyTests(ITestOutputHelper output)
{
    private const int Runs = 5000;

    private static readonly KeySchedule Schedule = KeySchedule.From(new());
    private static readonly KeySchedule ShortestSchedule = KeySchedule.From(new() { KeyPropagation = new TimeSpan(2, 27, 1) });

    [Fact]
    public void Every_unexpired_token_verifies_everywhere() => Check.One(Settings(), Promise(Schedule));

    [Fact]
    public void Every_unexpired_token_verifies_everywhere_with_the_minimum_propagation() =>
        Check.One(Settings(), Promise(ShortestSchedule));

    [Theory]
    [InlineData("no propagation", 0, 26 * 60)]
    [InlineData("propagation as long as the gateway's cache", 2 * 60, 26 * 60)]
    [InlineData("no retention", 24 * 60, 0)]
    [InlineData("retention as long as most tokens live", 24 * 60, 3 * 60)]
    public void Property_finds_a_schedule_that_breaks_the_promise(string what, int propagation, int retention)
    {
        var broken = Schedule with { Propagation = TimeSpan.FromMinutes(propagation), Retention = TimeSpan.FromMinutes(retention) };

        var failure = Record.Exception(() => Check.One(Settings(), Promise(broken)));

        Assert.NotNull(failure);
        Assert.Contains("that lacks its key", failure.Message, StringComparison.Ordinal);
        output.WriteLine($"{what}: {failure.Message}");
    }

    private static Config Settings() => Config.QuickThrowOnFailure.WithMaxTest(Runs).WithQuietOnSuccess(true);

    private static Property Promise(KeySchedule schedule) => Prop.ForAll(
        Arb.From(Timelines(schedule), Smaller),
        timeline => timeline.Play(schedule) is var broken && broken is null
            ? true.ToProperty()
            : false.Label(broken));

    private static Gen<Timeline> Timelines(KeySchedule schedule) =>
        from rotations in Rotations().ListOf().Select(list => list.Take(12).ToArray())
        from tokens in Tokens(schedule).ListOf().Select(list => list.Take(20).ToArray())
        select new Timeline(rotations, tokens);

    private static Gen<Rotation> Rotations() =>
        from at in Gen.OneOf(Gen.Choose(0, 10 * 86_400), Gen.Choose(0, 3600), Gen.Choose(86_400, 86_400 + 600))
        from skew in Skew()
        from delivery in Edges(0, (int)KeySchedule.MaximumRotationDuration.TotalSeconds)
        from revokes in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new Rotation(at, skew, delivery, revokes);

    // Times close to each event: a key is created, begins to sign, is replaced, and is removed.
    private static Gen<Token> Tokens(KeySchedule schedule) =>
        from rotation in Gen.Choose(0, 11)
        from moment in Gen.Elements(0, (int)schedule.Propagation.TotalSeconds, (int)(schedule.Propagation + schedule.Retention).TotalSeconds)
        from after in Gen.OneOf(Gen.Choose(-900, 900), Gen.Choose(-7200, 3 * 86_400))
        from lifetime in Edges(60, 86_400)
        from issuerSkew in Skew()
        from issuerCopyAge in Edges(0, Timeline.KeyCacheAge)
        from checkedAfter in Edges(0, 1000)
        from fetchedBefore in Edges(0, 1000)
        from serverSkew in Skew()
        from serverCopyAge in Edges(0, Timeline.KeyCacheAge)
        select new Token(
            rotation,
            moment + after,
            lifetime,
            issuerSkew,
            issuerCopyAge,
            checkedAfter / 1000.0,
            fetchedBefore / 1000.0,
            serverSkew,
            serverCopyAge);

    private static Gen<int> Skew() => Edges(-Timeline.ClockSkew, Timeline.ClockSkew);

    private static Gen<int> Edges(int low, int high) => Gen.OneOf(Gen.Constant(low), Gen.Constant(high), Gen.Choose(low, high));

    private static IEnumerable<Timeline> Smaller(Timeline timeline)
    {
        foreach (var token in timeline.Tokens.Length > 1 ? timeline.Tokens : [])
        {
            yield return timeline with { Tokens = [token] };
        }

        for (var index = 0; index < timeline.Rotations.Length; index++)
        {
            yield return timeline with { Rotations = [.. timeline.Rotations.Where((_, other) => other != index)] };
        }
    }
}
