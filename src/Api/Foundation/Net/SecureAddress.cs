namespace Api.Foundation.Net;

/// <summary>An address that a secret or a decision may come from or go to: https, or http that stays on this machine.</summary>
internal static class SecureAddress
{
    public static bool IsHttpsOrLoopback(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback);

    public static bool IsHttpsOrLoopback(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && IsHttpsOrLoopback(uri);
}
