using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

/// <summary>
/// Some days of a deployment: rotations and revocations, and tokens that are issued and checked. The generator creates and shrinks the
/// numbers. All times are in seconds.
/// </summary>
internal sealed record Timeline(Rotation[] Rotations, Token[] Tokens)
{
    /// <summary>How long a verifier uses a key set: two hours in API Gateway, behind a cache that respects max-age.</summary>
    public const int VerifierCacheAge = (2 * 3600) + 300;

    /// <summary>The maximum age of the app's copy of the ring.</summary>
    public const int KeyCacheAge = 300;

    public const int ClockSkew = 60;

    private static readonly DateTimeOffset Start = TestKeys.CreatedAt;

    public override string ToString() => $"Rotations:\n  {string.Join("\n  ", Rotations)}\nTokens:\n  {string.Join("\n  ", Tokens)}";

    /// <summary>Runs the timeline. Returns null, or the first violation.</summary>
    public string? Play(KeySchedule schedule)
    {
        var history = Publish(schedule);

        return history.Select(entry => OneKeySigns(entry.Ring, schedule)).FirstOrDefault(broken => broken is not null)
            ?? Tokens.Select(token => Check(token, history)).FirstOrDefault(broken => broken is not null);
    }

    /// <summary>The rings that instances can load, each with the time from which it is available.</summary>
    private List<Published> Publish(KeySchedule schedule)
    {
        var fresh = new Queue<SigningKey>(TestKeys.Many);
        List<Published> history = [new(0, new([fresh.Dequeue().DatedTo(Start)], schedule), [], null)];
        var changes = new PriorityQueue<Action, (int At, int Order)>();

        for (var index = 0; index < Rotations.Length; index++)
        {
            var rotation = Rotations[index];
            changes.Enqueue(() => Begin(rotation), (rotation.At, index));

            void Begin(Rotation rotation)
            {
                var clock = Start.AddSeconds(rotation.At + rotation.Skew);
                var current = history[^1].Ring;

                if (rotation.Revokes)
                {
                    var revoked = current.SigningKeyAt(clock);
                    var changed = current.Revoke(revoked.Kid, fresh.Dequeue(), clock);
                    history.Add(new(rotation.At, changed, [.. history[^1].Revoked, revoked.Kid], changed.SigningKeyAt(clock).Kid));
                }
                else if (current.FullUntil(clock) is null)
                {
                    var pending = current.Rotate(fresh.Dequeue(), clock);
                    changes.Enqueue(() => Finish(rotation, pending), (rotation.At + rotation.Delivery, Rotations.Length));
                }
            }

            void Finish(Rotation rotation, KeyRing pending)
            {
                var at = rotation.At + rotation.Delivery;

                // The rotation function abandons a rotation if another change came first.
                if (pending.IsSuccessorOf(history[^1].Ring, Start.AddSeconds(at + rotation.Skew)))
                {
                    history.Add(new(at, pending, history[^1].Revoked, null));
                }
            }
        }

        while (changes.TryDequeue(out var change, out _))
        {
            change();
        }

        return history;
    }

    private static string? OneKeySigns(KeyRing ring, KeySchedule schedule)
    {
        var moments = ring.Keys.SelectMany(key => (DateTimeOffset[])[key.CreatedAt, ring.SignsFrom(key), ring.SignsFrom(key) + schedule.Retention])
            .SelectMany(moment => (DateTimeOffset[])[moment.AddTicks(-1), moment, moment.AddTicks(1)]);

        foreach (var moment in moments)
        {
            var active = ring.Keys.Where(key => ring.StateAt(key, moment) is KeyState.Active).ToArray();

            if (active.Length is not 1 || active[0] != ring.SigningKeyAt(moment))
            {
                return $"{active.Length} keys sign at {moment:u}";
            }

            if (ring.PublishedAt(moment) is not { Length: <= KeyRing.MaximumKeys } published || !published.Contains(active[0]))
            {
                return $"the key that signs at {moment:u} is not published, or too many are";
            }
        }

        return null;
    }

    private string? Check(Token token, List<Published> history)
    {
        var issuedAt = IssuedAt(token);
        var signer = Seen(history, issuedAt - token.IssuerCopyAge);
        var kid = signer.Ring.SigningKeyAt(Start.AddSeconds(issuedAt + token.IssuerSkew)).Kid;
        var checkedAt = issuedAt + (int)(token.Lifetime * token.CheckedAfter);
        var fetchedAt = checkedAt - (int)(VerifierCacheAge * token.FetchedBefore);
        var server = Seen(history, fetchedAt - token.ServerCopyAge);
        var published = server.Ring.PublishedAt(Start.AddSeconds(fetchedAt + token.ServerSkew));

        return published.Any(key => key.Kid == kid) || IsExempt(kid, history, fetchedAt - token.ServerCopyAge)
            ? null
            : $"{token}: issued at {issuedAt}, checked at {checkedAt} with a key set of {fetchedAt} that lacks its key";
    }

    // Tokens of a revoked key are refused on purpose. The key that replaces it signs at once, so verifiers with an older key set refuse
    // its tokens, as the documentation says.
    private static bool IsExempt(string kid, List<Published> history, int seenAt) =>
        history[^1].Revoked.Contains(kid) || history.Any(entry => entry.SignsAtOnce == kid && entry.At > seenAt);

    private int IssuedAt(Token token) =>
        Rotations is [] ? token.After : Math.Max(0, Rotations[token.AfterRotation % Rotations.Length].At + token.After);

    private static Published Seen(List<Published> history, int at) => history.FindLast(entry => entry.At <= at) ?? history[0];

    private sealed record Published(int At, KeyRing Ring, string[] Revoked, string? SignsAtOnce);
}

/// <summary>
/// A rotation, or a revocation of the active key: its time, the error of the clock, and the delay until instances can load it.
/// </summary>
internal sealed record Rotation(int At, int Skew, int Delivery, bool Revokes);

/// <summary>
/// A token that is issued after a rotation by an instance with a wrong clock and an old copy of the ring, and checked before it expires
/// with a key set that was fetched from another such instance.
/// </summary>
internal sealed record Token(
    int AfterRotation,
    int After,
    int Lifetime,
    int IssuerSkew,
    int IssuerCopyAge,
    double CheckedAfter,
    double FetchedBefore,
    int ServerSkew,
    int ServerCopyAge);
