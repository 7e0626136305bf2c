using System.Collections.Immutable;

namespace Api.OAuth;

/// <summary>The client authentication methods of the token endpoint (RFC 7591 §2, OpenID Connect Core 1.0 §9).</summary>
internal static class AuthenticationMethods
{
    public const string SecretBasic = "client_secret_basic";
    public const string SecretPost = "client_secret_post";
    public const string PrivateKeyJwt = "private_key_jwt";

    /// <summary>A public client: it has no credentials and names itself by <c>client_id</c>.</summary>
    public const string None = "none";

    public static readonly ImmutableArray<string> All = [SecretBasic, SecretPost, PrivateKeyJwt, None];
}
