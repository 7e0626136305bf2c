namespace Api.Tests.Support;

/// <summary>
/// Looks for what a request has smuggled into a log: no line begins with the marker that the attacks carry, or has a character that
/// would end it early or command a terminal.
/// </summary>
internal static class Injection
{
    public const string Marker = "X-Injected: yes";

    public static void AssertNoneIn(string line, string where) =>
        Assert.False(IsInjected(line), $"Somebody else's text is in {where}: {line}");

    public static bool IsInjected(string line) =>
        line.TrimStart().StartsWith(Marker, StringComparison.Ordinal)
        || line.Any(character => char.IsControl(character) || character is '\u2028' or '\u2029');
}
