using System.Net;
using System.Net.Sockets;

namespace Api.Foundation.Net;

/// <summary>Public internet addresses (RFC 6890). The server connects to no other address on behalf of others.</summary>
internal static class PublicAddress
{
    private const int MaximumLength = 1024;

    // "This network", private, shared, loopback, link-local, protocol assignments, documentation, benchmarking, 6to4 relay,
    // multicast and reserved (RFC 6890). 168.63.129.16 is registered as public, but on Azure it is the virtual machine's host.
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
            "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "168.63.129.16/32",
        }.Select(IPNetwork.Parse),
    ];

    // IPv6 addresses outside this range are not global (RFC 4291 §2.4): loopback, link-local, unique local, IPv4-compatible,
    // NAT64.
    private static readonly IPNetwork Global = IPNetwork.Parse("2000::/3");

    // Teredo and other protocol assignments, documentation, 6to4.
    private static readonly IPNetwork[] GlobalButNotPublic =
        [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>Parses an https URL whose host is a public IP address or a name that is not local.</summary>
    /// <exception cref="FormatException">The URL is invalid. The message is the end of a sentence about the URL.</exception>
    public static Uri Parse(string text)
    {
        if (text.Length > MaximumLength
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Scheme != Uri.UriSchemeHttps
            || uri.UserInfo is not ""
            || uri.Fragment is not "")
        {
            throw new FormatException(
                $"is not an https URL of at most {MaximumLength} characters without user name and fragment");
        }

        return IsPublic(uri) ? uri : throw new FormatException("has a host that is not public");
    }

    /// <summary>Whether the scheme is https and the host can be public. A host name must still be resolved and checked.</summary>
    public static bool IsPublic(Uri uri)
    {
        // IdnHost maps the IDNA dots to ASCII dots. A trailing dot has no effect on resolution. The result can still be an IP
        // address.
        var host = uri.IdnHost.TrimEnd('.');

        return uri.Scheme == Uri.UriSchemeHttps
            && (IPAddress.TryParse(host, out var address)
                ? IsPublic(address)
                : uri.HostNameType is UriHostNameType.Dns && host.Contains('.', StringComparison.Ordinal) && !IsInternalName(host));
    }

    /// <summary>Whether a resolved IP address is public.</summary>
    public static bool IsPublic(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => IsPublic(address.MapToIPv4()),
        { AddressFamily: AddressFamily.InterNetwork } => !NotPublic.Any(network => network.Contains(address)),
        { AddressFamily: AddressFamily.InterNetworkV6 } =>
            Global.Contains(address) && !GlobalButNotPublic.Any(network => network.Contains(address)),
        _ => false,
    };

    // RFC 6761 §6.3, RFC 6762 §3, RFC 8375, and internal names of cloud networks.
    private static bool IsInternalName(string host) =>
        host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".local", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".home.arpa", StringComparison.OrdinalIgnoreCase);
}
