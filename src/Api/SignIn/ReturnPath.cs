using Api.OAuth;

namespace Api.SignIn;

/// <summary>Where a browser goes after sign-in: the authorization endpoint or the account page, so that no link leads elsewhere.</summary>
internal static class ReturnPath
{
    public const string Account = "/account";

    // Longer authorization requests do not fit into the address of most servers.
    private const int MaximumLength = 8192;

    /// <summary>The requested path if it is one of the two; otherwise null.</summary>
    public static string? Find(HttpRequest request, string? returnTo)
    {
        var root = request.PathBase.ToUriComponent();

        return returnTo is { Length: <= MaximumLength }
            && returnTo.All(character => character is > ' ' and <= '~' and not '\\' and not '#')
            && (returnTo == root + Account
                || returnTo.StartsWith($"{root}{EndpointPaths.Authorize}?", StringComparison.Ordinal))
                ? returnTo
                : null;
    }
}
