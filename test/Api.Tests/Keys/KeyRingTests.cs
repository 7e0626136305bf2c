using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

public sealed class KeyRingTests
{
    private static readonly DateTimeOffset Noon = TestKeys.CreatedAt;
    private static readonly KeySchedule Schedule = new(
        Propagation: TimeSpan.FromMinutes(60), Retention: TimeSpan.FromMinutes(15), RotationInterval: TimeSpan.FromHours(6));

    private readonly SigningKey _old = TestKeys.At(0, Noon.AddDays(-1));
    private readonly SigningKey _new = TestKeys.At(1, Noon);

    [Theory]
    [InlineData(0, "active pending")]
    [InlineData(59, "active pending")]
    [InlineData(60, "retiring active")]
    [InlineData(74, "retiring active")]
    [InlineData(75, "gone active")]
    public void New_key_is_published_then_signs_then_is_the_only_key(int minute, string states)
    {
        var now = Noon.AddMinutes(minute);

        var ring = new KeyRing([_new, _old], Schedule);

        var expected = states.Split(' ').Select(state => Enum.Parse<KeyState>(state, ignoreCase: true)).ToArray();
        Assert.Equal(expected, [ring.StateAt(_old, now), ring.StateAt(_new, now)]);
        Assert.Equal(expected[0] is KeyState.Active ? _old : _new, ring.SigningKeyAt(now));
        Assert.Equal<SigningKey>(expected[0] is KeyState.Gone ? [_new] : [_old, _new], ring.PublishedAt(now));
    }

    [Fact]
    public void Only_key_signs_at_once_and_stays_published()
    {
        var ring = new KeyRing([_new], Schedule);

        Assert.Equal(_new, ring.SigningKeyAt(Noon));
        Assert.Equal(KeyState.Active, ring.StateAt(_new, Noon));
        Assert.Equal(Noon, ring.SignsFrom(_new));
        Assert.Null(ring.PublishedUntil(_new));
    }

    [Fact]
    public void Replaced_key_has_a_time_of_removal()
    {
        var ring = new KeyRing([_old, _new], Schedule);

        Assert.Equal(Noon.AddMinutes(60), ring.SignsFrom(_new));
        Assert.Equal(Noon.AddMinutes(75), ring.PublishedUntil(_old));
    }

    [Fact]
    public void Same_published_keys_are_the_same_array()
    {
        var ring = new KeyRing([_old, _new], Schedule);

        Assert.True(ring.PublishedAt(Noon) == ring.PublishedAt(Noon.AddMinutes(74)));
        Assert.False(ring.PublishedAt(Noon) == ring.PublishedAt(Noon.AddMinutes(75)));
    }

    [Theory]
    [InlineData(1, "0 1")]
    [InlineData(74, "0 1")]
    [InlineData(75, "1")]
    public void Rotation_adds_a_key_and_drops_those_that_are_gone(int minute, string kept)
    {
        var now = Noon.AddMinutes(minute);

        var ring = new KeyRing([_old, _new], Schedule).Rotate(TestKeys.At(2, default), now);

        Assert.Equal([.. kept.Split(' ').Select(number => TestKeys.At(int.Parse(number, null), default).Kid), ring.Newest.Kid], Kids(ring));
        Assert.Equal(now, ring.Newest.CreatedAt);
        Assert.Equal(KeyState.Pending, ring.StateAt(ring.Newest, now));
    }

    [Fact]
    public void Key_made_by_a_clock_that_is_behind_comes_last_all_the_same()
    {
        var ring = new KeyRing([_new], Schedule).Rotate(TestKeys.At(2, default), Noon.AddSeconds(-60));

        Assert.Equal([_new.Kid, TestKeys.At(2, default).Kid], Kids(ring));
        Assert.Equal(_new.Kid, ring.SigningKeyAt(Noon).Kid);
    }

    [Theory]
    // The interval is six hours, and a pause can take 30 days.
    [InlineData("-00:05:00", null)]
    [InlineData("-00:05:01", "Correct the clock. If it is right, a wrong clock dated the key ")]
    [InlineData("-80.00:00:00", "Correct the clock. If it is right, a wrong clock dated the key ")]
    [InlineData("30.06:00:00", null)]
    [InlineData("30.06:00:01", "set KeyRotationInterval to at least 1.00:00:00 for one rotation")]
    [InlineData("80.00:00:00", "set KeyRotationInterval to at least 50.00:00:00 for one rotation")]
    public void Rotation_with_a_wrong_clock_is_refused(string gap, string? fault)
    {
        var now = Noon + TimeSpan.Parse(gap, null);
        var ring = new KeyRing([_old, _new], Schedule);

        var refusal = Record.Exception(() => ring.Rotate(TestKeys.At(2, default), now));

        Assert.Equal(fault is null, refusal is null);

        if (fault is not null)
        {
            Assert.True(Assert.IsType<KeyRingException>(refusal).NothingChanged);
            Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"{now:u}", refusal.Message, StringComparison.Ordinal);
            Assert.Contains($"{Noon:u}", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Interval_that_the_error_names_lets_a_ring_rotate_after_a_long_pause()
    {
        var now = Noon.AddDays(80);

        var ring = new KeyRing([_old, _new], Schedule with { RotationInterval = TimeSpan.FromDays(50) }).Rotate(TestKeys.At(2, default), now);

        Assert.Equal(now, ring.Newest.CreatedAt);
    }

    [Theory]
    [InlineData(-80)]
    [InlineData(80)]
    public void Revocation_by_a_wrong_clock_leaves_the_other_keys(int days)
    {
        var now = Noon.AddDays(days);

        var withoutNew = new KeyRing([_old, _new], Schedule).Revoke(_new.Kid, TestKeys.Many[1], now);
        var withoutOld = new KeyRing([_old, _new], Schedule).Revoke(_old.Kid, TestKeys.Many[1], now);

        Assert.Contains(withoutNew.Keys, key => key.Kid == _old.Kid);
        Assert.Contains(withoutOld.Keys, key => key.Kid == _new.Kid);
        Assert.DoesNotContain(withoutNew.Keys, key => key.Kid == _new.Kid);
        Assert.DoesNotContain(withoutOld.Keys, key => key.Kid == _old.Kid);
    }

    [Fact]
    public void Eleventh_key_is_refused_until_the_first_is_gone()
    {
        var ring = new KeyRing([TestKeys.Many[0].DatedTo(Noon)], Schedule);

        for (var number = 1; number < KeyRing.MaximumKeys; number++)
        {
            Assert.Null(ring.FullUntil(Noon.AddMinutes(number)));
            ring = ring.Rotate(TestKeys.Many[number], Noon.AddMinutes(number));
        }

        var refusal = Assert.Throws<KeyRingFullException>(() => ring.Rotate(TestKeys.Many[10], Noon.AddMinutes(10)));

        // The second key signs 60 minutes after its creation. 15 minutes later, the first key is removed.
        Assert.Equal(Noon.AddMinutes(76), refusal.Until);
        Assert.Equal(10, ring.Rotate(TestKeys.Many[10], refusal.Until).Keys.Length);
        Assert.Throws<KeyRingFullException>(() => ring.Rotate(TestKeys.Many[10], refusal.Until.AddTicks(-1)));
    }

    [Fact]
    public void Revoked_key_is_removed_and_a_new_key_signs_at_once()
    {
        var now = Noon.AddMinutes(70);
        var pending = TestKeys.Many[0].DatedTo(Noon.AddMinutes(65));

        var ring = new KeyRing([_old, _new, pending], Schedule).Revoke(_new.Kid, TestKeys.Many[1], now);

        Assert.Equal([_old.Kid, TestKeys.Many[1].Kid, pending.Kid], Kids(ring));
        Assert.Equal(TestKeys.Many[1].Kid, ring.SigningKeyAt(now).Kid);
        Assert.Equal(KeyState.Pending, ring.StateAt(ring.Newest, now));
        Assert.Equal(pending.Kid, ring.SigningKeyAt(Noon.AddMinutes(125)).Kid);
    }

    [Fact]
    public void Only_key_can_be_revoked()
    {
        var ring = new KeyRing([_new], Schedule).Revoke(_new.Kid, TestKeys.Many[1], Noon);

        Assert.Equal([TestKeys.Many[1].Kid], Kids(ring));
        Assert.Equal(TestKeys.Many[1].Kid, ring.SigningKeyAt(Noon).Kid);
    }

    [Fact]
    public void Revoking_a_key_that_does_not_sign_leaves_the_one_that_does()
    {
        var ring = new KeyRing([_old, _new], Schedule);

        Assert.Equal([_old.Kid], Kids(ring.Revoke(_new.Kid, TestKeys.Many[1], Noon)));
        Assert.Equal([_new.Kid], Kids(ring.Revoke(_old.Kid, TestKeys.Many[1], Noon.AddMinutes(60))));
    }

    [Fact]
    public void Unknown_key_cannot_be_revoked() => Assert.Contains(
        _new.Kid,
        Assert.Throws<KeyRingException>(() => new KeyRing([_new], Schedule).Revoke("other", TestKeys.Many[1], Noon)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Pending_ring_succeeds_only_the_ring_it_was_made_from()
    {
        var current = new KeyRing([_old, _new], Schedule);
        var now = Noon.AddMinutes(1);
        var pending = current.Rotate(TestKeys.Many[0], now);

        Assert.True(pending.IsSuccessorOf(current, now));
        Assert.True(pending.IsSuccessorOf(current, now + KeySchedule.MaximumRotationDuration));
        Assert.False(pending.IsSuccessorOf(current, now + KeySchedule.MaximumRotationDuration + TimeSpan.FromTicks(1)), "too old");
        Assert.False(pending.IsSuccessorOf(current.Rotate(TestKeys.Many[1], now), now), "would lose a key");
        Assert.False(pending.IsSuccessorOf(current.Revoke(_new.Kid, TestKeys.Many[1], now), now), "would bring back a revoked key");
    }

    [Theory]
    [InlineData(6 * 60, true, false)]
    [InlineData((6 * 60) - 1, false, false)]
    [InlineData(12 * 60, true, true)]
    [InlineData((12 * 60) - 1, true, false)]
    public void Rotation_is_due_after_the_interval_and_overdue_after_two(int minute, bool isDue, bool isOverdue)
    {
        var ring = new KeyRing([_old, _new], Schedule);

        Assert.Equal(isDue, ring.RotationIsDueAt(Noon.AddMinutes(minute)));
        Assert.Equal(isOverdue, ring.RotationIsOverdueAt(Noon.AddMinutes(minute)));
    }

    private static IEnumerable<string> Kids(KeyRing ring) => ring.Keys.Select(key => key.Kid);

    [Fact]
    public void Ring_without_keys_is_refused() => Assert.Throws<ArgumentException>(() => new KeyRing([], Schedule));
}
