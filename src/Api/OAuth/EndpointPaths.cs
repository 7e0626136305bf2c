namespace Api.OAuth;

/// <summary>The endpoint paths, relative to the issuer.</summary>
internal static class EndpointPaths
{
    /// <summary>RFC 6749 §3.2.</summary>
    public const string Token = "/oauth2/token";

    /// <summary>RFC 6749 §3.1.</summary>
    public const string Authorize = "/oauth2/authorize";
}
