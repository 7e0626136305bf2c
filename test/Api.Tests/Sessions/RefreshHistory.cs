using Api.Sessions.Families;
using Api.Tests.Support;

namespace Api.Tests.Sessions;

/// <summary>A request of the honest client or of the thief.</summary>
/// <param name="After">Seconds since the step before.</param>
/// <param name="IsThief">Whether the thief sends it, with the token that it has.</param>
/// <param name="Losses">How many answers to the honest client are lost. It repeats the request each time, within 30 s altogether.</param>
/// <param name="SlowBy">Seconds after which a second window of the client, which sent the same token, reaches the server; 0: there is none.</param>
/// <param name="Instance">0 or 1: which instance answers first. The other one answers the next request.</param>
/// <param name="Steals">Whether the thief copies the token that the client holds after this step.</param>
internal sealed record RefreshStep(int After, bool IsThief, int Losses, int SlowBy, int Instance, bool Steals);

/// <summary>A history of one family, at two instances whose clocks differ.</summary>
internal sealed record RefreshHistory(int Skew, IReadOnlyList<RefreshStep> Steps)
{
    /// <summary>How a family answers: the rule, or a mutation of it.</summary>
    internal delegate RefreshOutcome Rule(TokenFamily family, RefreshToken presented, DateTimeOffset now);

    // Beyond the grace, whatever the clocks of the two instances.
    private const int LongestGrace = 30 + 60 + 60;

    /// <summary>Plays the history and returns the promise that was broken; null: none.</summary>
    public string? Play(Rule rule)
    {
        var server = new Server(rule, Skew);
        var (held, stolen) = (server.First, (RefreshToken?)null);
        var isStolen = false;
        PriorityQueue<(RefreshToken Token, int Instance), int> slow = new();
        var now = 0;

        foreach (var step in Steps)
        {
            now += step.After;

            while (slow.TryPeek(out _, out var at) && at <= now)
            {
                var (late, instance) = slow.Dequeue();
                server.Use(late, at, instance);
            }

            if (step.IsThief)
            {
                stolen = stolen is null ? null : server.Use(stolen, now, step.Instance) ?? stolen;
                continue;
            }

            if (step.SlowBy > 0)
            {
                slow.Enqueue((held, 1 - step.Instance), now + step.SlowBy);
            }

            for (var lost = 0; lost < step.Losses; lost++)
            {
                server.Use(held, now, (step.Instance + lost) % 2);
                now += 30 / Math.Max(step.Losses, 1);
            }

            held = server.Use(held, now, (step.Instance + step.Losses) % 2) ?? held;

            if (step.Steals)
            {
                (stolen, isStolen) = (held, true);
            }

            if (!isStolen && server.HasEnded)
            {
                return "an honest client was signed out";
            }
        }

        return server.Broken;
    }

    private sealed class Server
    {
        private readonly Rule _rule;
        private readonly int _skew;
        private readonly Dictionary<RefreshToken, (int FirstUse, RefreshToken Successor)> _used = [];
        private TokenFamily? _family;
        private bool _sawTheft;

        public Server(Rule rule, int skew)
        {
            (_rule, _skew) = (rule, skew);
            (_family, First) = TokenFamilyTests.NewFamily();
        }

        public RefreshToken First { get; }

        public bool HasEnded => _family is null;

        /// <summary>The first promise that was broken.</summary>
        public string? Broken { get; private set; }

        /// <summary>Uses a token as the store does, and checks the answer. Returns the successor; null: refused.</summary>
        public RefreshToken? Use(RefreshToken token, int at, int instance)
        {
            if (_family is null)
            {
                return null;
            }

            var successor = Answer(token, TestKeys.CreatedAt.AddSeconds(at + (instance is 0 ? 0 : _skew)));

            if (successor is null)
            {
                _sawTheft |= _used.ContainsKey(token);

                return null;
            }

            if (_sawTheft)
            {
                Broken ??= "a family went on after a theft was seen";
            }

            if (!_used.TryAdd(token, (at, successor)))
            {
                Broken ??= _used[token].Successor != successor ? "one token has two successors"
                    : at - _used[token].FirstUse > LongestGrace ? "two holders of one token went on after the grace"
                    : null;
            }

            return successor;
        }

        private RefreshToken? Answer(RefreshToken token, DateTimeOffset now)
        {
            switch (_rule(_family!, token, now))
            {
                case RefreshOutcome.Rotated rotated:
                    _family = rotated.Family;

                    return rotated.Successor;
                case RefreshOutcome.Repeated repeated:
                    return repeated.Successor;
                case RefreshOutcome.Stolen:
                    _family = null;

                    return null;
                default:
                    return null;
            }
        }
    }
}
