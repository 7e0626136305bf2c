using Api.Keys;
using Api.Tests.Support;

namespace Api.Tests.Keys;

public sealed class KeyRingTests
{
    private static readonly DateTimeOffset Noon = TestKeys.CreatedAt;
    private static readonly KeySchedule Schedule = new(Propagation: TimeSpan.FromMinutes(60), Retention: TimeSpan.FromMinutes(15));

    private readonly SigningKey _old = TestKeys.At(0, Noon.AddDays(-1));
    private readonly SigningKey _new = TestKeys.At(1, Noon);

    [Theory]
    [InlineData(0, "active pending")]
    [InlineData(59, "active pending")]
    [InlineData(60, "retiring active")]
    [InlineData(74, "retiring active")]
    [InlineData(75, "gone active")]
    public void New_key_is_published_then_signs_then_stands_alone(int minute, string states)
    {
        var now = Noon.AddMinutes(minute);

        var ring = new KeyRing([_new, _old], Schedule);

        var expected = states.Split(' ').Select(state => Enum.Parse<KeyState>(state, ignoreCase: true)).ToArray();
        Assert.Equal(expected, [ring.StateAt(_old, now), ring.StateAt(_new, now)]);
        Assert.Equal(expected[0] is KeyState.Active ? _old : _new, ring.SigningKeyAt(now));
        Assert.Equal<SigningKey>(expected[0] is KeyState.Gone ? [_new] : [_old, _new], ring.PublishedAt(now));
    }

    [Fact]
    public void Only_key_signs_at_once_and_has_no_end()
    {
        var ring = new KeyRing([_new], Schedule);

        Assert.Equal(_new, ring.SigningKeyAt(Noon));
        Assert.Equal(KeyState.Active, ring.StateAt(_new, Noon));
        Assert.Equal(Noon, ring.SignsFrom(_new));
        Assert.Null(ring.PublishedUntil(_new));
    }

    [Fact]
    public void Superseded_key_has_an_end()
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

    [Fact]
    public void Ring_without_keys_is_refused() => Assert.Throws<ArgumentException>(() => new KeyRing([], Schedule));
}
