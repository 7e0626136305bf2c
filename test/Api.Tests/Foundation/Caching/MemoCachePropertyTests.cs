using Api.Foundation.Caching;
using Api.Tests.Support;
using FsCheck;
using FsCheck.Fluent;

namespace Api.Tests.Foundation.Caching;

/// <summary>Any sequence of changes, compared with an unbounded dictionary.</summary>
public sealed class MemoCachePropertyTests
{
    private const int Maximum = 4;
    private const int Keys = 8;

    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Cache_holds_at_most_its_maximum_and_only_current_values() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000).WithQuietOnSuccess(true), Prop.ForAll(Arb.From(Steps()), Holds));

    private static Gen<Step[]> Steps() => Gen.ArrayOf(
        from action in Gen.Elements(Action.Set, Action.Set, Action.Load, Action.Load, Action.Remove, Action.Wait)
        from key in Gen.Choose(0, Keys - 1)
        from seconds in Gen.Choose(-1, 5)
        select new Step(action, key, seconds));

    private static bool Holds(Step[] steps)
    {
        var time = new SettableTime(Noon);
        var cache = new MemoCache<int, int>(Maximum, time);
        var model = new Dictionary<int, CacheEntry<int>>();

        return steps.Select((step, index) => (step, index)).All(next =>
        {
            var (action, key, seconds) = next.step;
            var entry = new CacheEntry<int>(next.index, time.Now.AddSeconds(seconds));
            var cached = cache.Find(key)?.Value;
            var result = action switch
            {
                Action.Set => Set(),
                Action.Load => Load(),
                Action.Remove => Remove(),
                _ => Wait(),
            };
            var found = Enumerable.Range(0, Keys).Where(other => cache.Find(other) is not null).ToArray();

            return result
                && found.Length <= Maximum
                && found.All(other => cache.Find(other) == model.GetValueOrDefault(other) && time.Now < model[other].ExpiresAt);

            bool Set()
            {
                cache.Set(key, entry);

                return WasAdded();
            }

            // The value comes from the cache, or is loaded and added.
            bool Load()
            {
                var value = cache.GetAsync(key, _ => Task.FromResult(entry), CancellationToken.None).AsTask().GetAwaiter().GetResult();

                return cached is null ? value == next.index && WasAdded() : value == cached;
            }

            bool WasAdded()
            {
                if (seconds > 0)
                {
                    model[key] = entry;
                }

                return seconds <= 0 || cache.Find(key) == entry;
            }

            bool Remove()
            {
                cache.Remove(key);
                model.Remove(key);

                return cache.Find(key) is null;
            }

            bool Wait()
            {
                time.Now += TimeSpan.FromSeconds(Math.Max(0, seconds));

                return true;
            }
        });
    }

    private enum Action
    {
        Set,
        Load,
        Remove,
        Wait,
    }

    private sealed record Step(Action Action, int Key, int Seconds);
}
