namespace Api.Tests.Support;

/// <summary>
/// Searches a log for injected text: no line may begin with the marker of the attacks, or contain a character that ends a line or controls
/// a terminal.
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
