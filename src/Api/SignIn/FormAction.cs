using System.Text.RegularExpressions;

namespace Api.SignIn;

/// <summary>The source expressions of the directive form-action (Content Security Policy Level 3 §2.3.1 and §6.4.1).</summary>
internal static partial class FormAction
{
    public const string Self = "'self'";

    /// <summary>The narrowest expression that allows a form to be sent to this redirect URI.</summary>
    public static string SourceOf(Uri target)
    {
        // A private-use scheme belongs to one app (RFC 8252 §7.1). A scheme cannot contain a character that ends the directive.
        if (target.Scheme != Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttp)
        {
            return $"{target.Scheme}:";
        }

        // The grammar has no IPv6 address and no underscore. Then only the scheme and the port are restricted.
        var host = Host().IsMatch(target.Host) ? target.Host : "*";
        var port = target.IsDefaultPort ? "" : FormattableString.Invariant($":{target.Port}");
        // Other characters would need an encoding that browsers decode differently. Then the whole origin is allowed.
        var path = Path().IsMatch(target.AbsolutePath) ? target.AbsolutePath : "";

        return $"{target.Scheme}://{host}{port}{path}";
    }

    [GeneratedRegex("^[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\z")]
    private static partial Regex Host();

    [GeneratedRegex("^[A-Za-z0-9/._~-]+\\z")]
    private static partial Regex Path();
}
