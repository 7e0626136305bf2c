namespace Api.SignIn;

/// <summary>A short name for a browser and its operating system, such as "Firefox on Linux". For display only.</summary>
internal static class BrowserName
{
    // Each contains the tokens of those below it.
    private static readonly (string Token, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Token, string Name)[] Systems =
        [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux")];

    public static string Of(string? userAgent) => (Find(Browsers, userAgent), Find(Systems, userAgent)) switch
    {
        ({ } browser, { } system) => $"{browser} on {system}",
        ({ } browser, null) => browser,
        (null, { } system) => system,
        _ => "Unknown browser",
    };

    private static string? Find((string Token, string Name)[] names, string? userAgent) =>
        names.FirstOrDefault(name => userAgent?.Contains(name.Token, StringComparison.Ordinal) is true).Name;
}
