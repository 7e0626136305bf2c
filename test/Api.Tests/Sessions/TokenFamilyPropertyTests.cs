using Api.Sessions.Families;
using FsCheck;
using FsCheck.Fluent;
using Xunit.Abstractions;

namespace Api.Tests.Sessions;

/// <summary>
/// For any history of refreshes, repeated requests, lost answers, slow windows and thefts, at two instances whose clocks are up to a minute
/// off: an honest client that keeps the last answer is never signed out, a token has one successor, of two holders of a token at most one
/// goes on after the grace, and a theft that is seen ends the family.
/// </summary>
public sealed class TokenFamilyPropertyTests(ITestOutputHelper output)
{
    private const int Runs = 10_000;

    private static readonly Dictionary<string, RefreshHistory.Rule> Mutations = new()
    {
        ["no grace"] = (family, token, now) => Rule(family, token, now) is RefreshOutcome.Repeated
            ? new RefreshOutcome.Stolen() : Rule(family, token, now),
        ["grace of 30 s by any clock"] = (family, token, now) => Rule(family, token, now) is RefreshOutcome.Repeated repeated
            && family.Used.All(used => now - used.At > TokenFamily.Grace) ? new RefreshOutcome.Stolen() : Rule(family, token, now),
        ["only the last token is repeatable"] = (family, token, now) =>
            Rule(family with { Used = [.. family.Used.Take(1)] }, token, now),
        ["endless grace"] = (family, token, now) =>
            Rule(family with { Used = [.. family.Used.Select(used => used with { At = now })] }, token, now),
        ["a successor by chance"] = (family, token, now) => Rule(family, token, now) is RefreshOutcome.Repeated
            ? new RefreshOutcome.Repeated(RefreshToken.NewFor(family)) : Rule(family, token, now),
        ["a theft ends nothing"] = (family, token, now) => Rule(family, token, now) is RefreshOutcome.Stolen
            ? new RefreshOutcome.Unknown() : Rule(family, token, now),
        ["a token is not replaced"] = (family, token, now) => Rule(family, token, now) is RefreshOutcome.Rotated
            ? new RefreshOutcome.Rotated(token, family) : Rule(family, token, now),
    };

    public static TheoryData<string> Mutants => [.. Mutations.Keys];

    [Fact]
    public void Honest_clients_stay_and_thieves_do_not() => Check.One(Settings(), Promise(Rule));

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Property_finds_a_mutation_of_the_rule(string mutation)
    {
        var failure = Record.Exception(() => Check.One(Settings(), Promise(Mutations[mutation])));

        Assert.NotNull(failure);
        output.WriteLine($"{mutation}: {failure.Message}");
    }

    private static RefreshOutcome Rule(TokenFamily family, RefreshToken presented, DateTimeOffset now) => family.Use(presented, now);

    private static Config Settings() => Config.QuickThrowOnFailure.WithMaxTest(Runs).WithQuietOnSuccess(true);

    private static Property Promise(RefreshHistory.Rule rule) => Prop.ForAll(
        Arb.From(Histories()),
        history => history.Play(rule) is var broken && broken is null ? true.ToProperty() : false.Label(broken));

    private static Gen<RefreshHistory> Histories() =>
        from skew in Gen.OneOf(Gen.Elements(-60, 0, 60), Gen.Choose(-60, 60))
        from steps in Steps().ListOf().Select(list => list.Take(15).ToArray())
        select new RefreshHistory(skew, steps);

    private static Gen<RefreshStep> Steps() =>
        from after in Gen.OneOf(Gen.Choose(1, 10), Gen.Choose(25, 35), Gen.Choose(85, 155), Gen.Choose(300, 4000))
        from isThief in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from losses in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 3)))
        from slowBy in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(1, 30)))
        from instance in Gen.Choose(0, 1)
        from steals in Gen.Frequency((6, Gen.Constant(false)), (1, Gen.Constant(true)))
        select new RefreshStep(after, isThief, losses, slowBy, instance, steals);
}
