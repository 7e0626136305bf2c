using System.Collections.Immutable;

namespace Api.OAuth;

/// <summary>The grant types that a client can be registered with (RFC 7591 §2).</summary>
internal static class GrantTypes
{
    /// <summary>RFC 6749 §4.4.</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>RFC 6749 §4.1.</summary>
    public const string AuthorizationCode = "authorization_code";

    /// <summary>RFC 6749 §6.</summary>
    public const string RefreshToken = "refresh_token";

    public static readonly ImmutableArray<string> All = [ClientCredentials, AuthorizationCode, RefreshToken];

    /// <summary>The grant types of a client that names none.</summary>
    public static readonly ImmutableArray<string> Default = [ClientCredentials];
}
