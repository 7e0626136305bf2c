namespace Api.Tests.Support;

/// <summary><see cref="Injection"/> finds every form of injected text.</summary>
public sealed class InjectionTests
{
    [Theory]
    [InlineData("      X-Injected: yes")]
    [InlineData("a line\r\nanother")]
    [InlineData("a line\nanother")]
    [InlineData("a line\ranother")]
    [InlineData("a line\u0085another")]
    [InlineData("a line\u2028another")]
    [InlineData("a \u001b[2J line")]
    [InlineData("a \0 line")]
    public void Injected_text_is_found(string line) => Assert.True(Injection.IsInjected(line));

    [Fact]
    public void Line_of_the_app_is_not_reported() =>
        Assert.False(Injection.IsInjected("Token refused to 'ü?X-Injected: yes'. \"{}\""));
}
