namespace Api.SignIn;

/// <summary>What a scope allows, in words.</summary>
internal static class ScopeText
{
    public static string Of(string scope) => scope switch
    {
        // OpenID Connect Core 1.0 §5.4.
        "openid" => "Know that it is you who signs in",
        "profile" => "See your name and your user name",
        "email" => "See your e-mail address",
        "offline_access" => "Stay connected when you are away",
        _ => $"Act for you with the permission {scope}",
    };
}
