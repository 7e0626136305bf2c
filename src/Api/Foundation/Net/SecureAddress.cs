namespace Api.Foundation.Net;

/// <summary>URLs that are safe for secrets and security decisions: https, or http on the loopback interface.</summary>
internal static class SecureAddress
{
    public static bool IsHttpsOrLoopback(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    public static bool IsHttpsOrLoopback(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsHttpsOrLoopback(uri);
}
