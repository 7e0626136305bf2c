namespace Api.OAuth;

/// <summary>The endpoint paths, relative to the issuer.</summary>
internal static class EndpointPaths
{
    /// <summary>RFC 6749 §3.2.</summary>
    public const string Token = "/oauth2/token";

    /// <summary>RFC 6749 §3.1.</summary>
    public const string Authorize = "/oauth2/authorize";

    /// <summary>OpenID Connect Core 1.0 §5.3.</summary>
    public const string UserInfo = "/oauth2/userinfo";

    /// <summary>OpenID Connect RP-Initiated Logout 1.0 §2.</summary>
    public const string Logout = "/oauth2/logout";

    /// <summary>RFC 7009 §2.</summary>
    public const string Revoke = "/oauth2/revoke";

    /// <summary>RFC 7662 §2.</summary>
    public const string Introspect = "/oauth2/introspect";
}
