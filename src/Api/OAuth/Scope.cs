using System.Buffers;
using System.Collections.Immutable;

namespace Api.OAuth;

/// <summary>The <c>scope</c> syntax (RFC 6749 §3.3): case-sensitive tokens, separated by spaces.</summary>
internal static class Scope
{
    /// <summary>The scope of the routes below /user.</summary>
    public const string User = "USER";

    /// <summary>The scope of the routes below /admin.</summary>
    public const string Admin = "ADMIN";

    /// <summary>Asks for an ID token, and opens the userinfo endpoint (OpenID Connect Core 1.0 §3.1.2.1).</summary>
    public const string OpenId = "openid";

    /// <summary>The claims about the name (OpenID Connect Core 1.0 §5.4).</summary>
    public const string Profile = "profile";

    /// <summary>The claims about the e-mail address (OpenID Connect Core 1.0 §5.4).</summary>
    public const string Email = "email";

    /// <summary>Asks for refresh tokens that outlive the session (OpenID Connect Core 1.0 §11).</summary>
    public const string OfflineAccess = "offline_access";

    public const int MaximumCount = 100;

    /// <summary>The scopes that every client through which people sign in can request.</summary>
    public static readonly ImmutableArray<string> OpenIdConnect = [OpenId, Profile, Email];

    // scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), plus the space as separator.
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Returns the distinct scopes in order, or null if the text contains a character that is not allowed.</summary>
    public static ImmutableArray<string>? Parse(string text) =>
        text.AsSpan().ContainsAnyExcept(Allowed)
            ? null
            : [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
}
