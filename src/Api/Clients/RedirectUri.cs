using System.Globalization;
using System.Text.RegularExpressions;

namespace Api.Clients;

/// <summary>The redirect URIs of clients (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1.3).</summary>
internal static partial class RedirectUri
{
    /// <summary>The number of URIs in each list of a client.</summary>
    public const int MaximumCount = 10;

    public const string Rule =
        "must be at most 10 different URIs in normalized form, of at most 1000 characters each, without user name and fragment: https, "
        + "http with the host 127.0.0.1, [::1] or localhost, or a private-use scheme with a dot such as com.example.app:/callback";

    private const int MaximumLength = 1000;

    /// <summary>Whether a client can register this URI.</summary>
    public static bool IsValid(string text) =>
        text.Length <= MaximumLength
        && Allowed().IsMatch(text)
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.UserInfo is ""
        && (uri.Scheme == Uri.UriSchemeHttps || Loopback().IsMatch(text)
            // The same text for every reader: lower case, no default port, no dot segments, no needless escapes.
            ? uri.Host is not "" && (uri.AbsoluteUri == text || (uri.AbsolutePath is "/" && uri.Query is "" && uri.AbsoluteUri == text + "/"))
            : PrivateUse().IsMatch(text));

    /// <summary>
    /// Whether a request may use this URI: it is a registered one, character by character. Only the port of a loopback address can differ,
    /// because a native app gets it from the operating system (RFC 8252 §7.3).
    /// </summary>
    public static bool Matches(string registered, string requested) =>
        registered == requested || (WithoutPort(registered) is { } loopback && loopback == WithoutPort(requested));

    private static string? WithoutPort(string uri)
    {
        if (Loopback().Match(uri) is not { Success: true } match)
        {
            return null;
        }

        var port = match.Groups["port"];

        return !port.Success ? uri
            : int.Parse(port.ValueSpan, CultureInfo.InvariantCulture) <= ushort.MaxValue ? uri.Remove(port.Index - 1, port.Length + 1)
            : null;
    }

    // The characters of RFC 3986 §2 without '#'.
    [GeneratedRegex("^[A-Za-z0-9._~:/?\\[\\]@!$&'()*+,;=%-]+\\z")]
    private static partial Regex Allowed();

    [GeneratedRegex("^http://(?:127\\.0\\.0\\.1|\\[::1\\]|localhost)(?::(?<port>[1-9][0-9]{0,4}))?(?=[/?]|\\z)")]
    private static partial Regex Loopback();

    [GeneratedRegex("^[a-z][a-z0-9-]*(?:\\.[a-z0-9-]+)+:/")]
    private static partial Regex PrivateUse();
}
