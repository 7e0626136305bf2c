using Api.Keys;
using Microsoft.Extensions.Options;

namespace Api.Tests.Keys;

public sealed class KeyOptionsTests
{
    [Fact]
    public void Defaults_are_good() => AssertRule(isGood: true, "", _ => { });

    [Theory]
    [InlineData(2048, true)]
    [InlineData(3072, true)]
    [InlineData(4096, true)]
    [InlineData(1024, false)]
    [InlineData(8192, false)]
    public void Key_has_a_size_that_verifiers_take(int size, bool isGood) =>
        AssertRule(isGood, "KeySize ", options => options.KeySize = size);

    [Theory]
    [InlineData("02:27:00", false)]
    [InlineData("02:27:01", true)]
    [InlineData("00:00:00", false)]
    [InlineData("30.00:00:01", false)]
    public void Key_is_published_longer_than_caches_last(string propagation, bool isGood) =>
        AssertRule(isGood, "KeyPropagation ", options => options.KeyPropagation = TimeSpan.Parse(propagation, null));

    [Fact]
    public void Propagation_has_to_grow_with_the_cache_age() => AssertRule(isGood: false, "KeyPropagation ", options =>
    {
        options.KeyPropagation = TimeSpan.Parse("02:27:01", null);
        options.KeyCacheAge = TimeSpan.FromMinutes(6);
    });

    [Theory]
    [InlineData("00:00:00", false)]
    [InlineData("00:00:01", true)]
    [InlineData("01:00:00", true)]
    [InlineData("01:00:01", false)]
    public void KeyCacheAge_has_a_minimum_and_a_maximum(string age, bool isGood) =>
        AssertRule(isGood, "KeyCacheAge ", options => options.KeyCacheAge = TimeSpan.Parse(age, null));

    [Theory]
    [InlineData("06:15:15", true)]
    [InlineData("06:15:14", false)]
    [InlineData("1000.00:00:00", true)]
    [InlineData("1000.00:00:01", false)]
    public void Interval_leaves_no_more_keys_than_verifiers_accept(string interval, bool isGood) =>
        AssertRule(isGood, "KeyRotationInterval ", options => options.KeyRotationInterval = TimeSpan.Parse(interval, null));

    private static void AssertRule(bool isGood, string setting, Action<KeyOptions> change)
    {
        var options = new KeyOptions();
        change(options);

        var failures = new KeyOptionsValidator().Validate(Options.DefaultName, options).Failures ?? [];

        if (isGood)
        {
            Assert.Empty(failures);
        }
        else
        {
            Assert.StartsWith(setting, Assert.Single(failures), StringComparison.Ordinal);
        }
    }
}
