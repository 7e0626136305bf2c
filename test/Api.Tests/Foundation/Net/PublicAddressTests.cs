using System.Net;
using Api.Foundation.Net;

namespace Api.Tests.Foundation.Net;

/// <summary>Which addresses are public (RFC 6890, RFC 6761).</summary>
public sealed class PublicAddressTests
{
    [Theory]
    [InlineData("https://keys.example/jwks.json")]
    [InlineData("https://keys.example:8443/a?b=c")]
    [InlineData("https://keys.example./")]
    [InlineData("https://KEYS.EXAMPLE/")]
    [InlineData("https://b\u00fccher.example/")]
    [InlineData("https://local.example/")]
    [InlineData("https://8.8.8.8/")]
    [InlineData("https://172.32.0.1/")]
    [InlineData("https://[2606:4700:4700::1111]/")]
    public void Public_address_is_accepted(string address) =>
        Assert.Equal(address, PublicAddress.Parse(address).OriginalString);

    [Theory]
    // Other schemes and forms.
    [InlineData("")]
    [InlineData("/jwks.json")]
    [InlineData("keys.example")]
    [InlineData("http://keys.example/")]
    [InlineData("ftp://keys.example/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https:///jwks.json")]
    [InlineData("https://user@keys.example/")]
    [InlineData("https://user:password@keys.example/")]
    [InlineData("https://keys.example@127.0.0.1/")]
    [InlineData("https://keys.example/#part")]
    [InlineData("https://keys.example:99999/")]
    // Local names.
    [InlineData("https://localhost/")]
    [InlineData("https://localhost./")]
    [InlineData("https://LOCALHOST:8443/")]
    [InlineData("https://a.localhost/")]
    [InlineData("https://a.localhost./")]
    [InlineData("https://intranet/")]
    [InlineData("https://intranet./")]
    [InlineData("https://metadata.google.internal/")]
    [InlineData("https://ip-10-0-0-1.eu-central-1.compute.internal/")]
    [InlineData("https://printer.local/")]
    [InlineData("https://PRINTER.LOCAL./")]
    [InlineData("https://router.home.arpa/")]
    // IPv4 in all its forms.
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.0.0.1./")]
    [InlineData("https://127.1/")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://017700000001/")]
    [InlineData("https://127\u30020\u30020\u30021/")]
    [InlineData("https://0.0.0.0/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://168.63.129.16/")]
    [InlineData("https://169.254.169.254/")]
    [InlineData("https://172.16.0.1/")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.168.0.1/")]
    [InlineData("https://224.0.0.1/")]
    [InlineData("https://255.255.255.255/")]
    // IPv6, and IPv4 within it.
    [InlineData("https://[::]/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fe80::1%25eth0]/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("https://[fd00:ec2::254]/")]
    [InlineData("https://[ff02::1]/")]
    [InlineData("https://[::ffff:10.0.0.1]/")]
    [InlineData("https://[::ffff:7f00:1]/")]
    [InlineData("https://[::10.0.0.1]/")]
    [InlineData("https://[64:ff9b::a00:1]/")]
    [InlineData("https://[64:ff9b:1::a00:1]/")]
    [InlineData("https://[2002:7f00:1::]/")]
    [InlineData("https://[2001:0:7f00:1::]/")]
    [InlineData("https://[2001:db8::1]/")]
    public void Other_address_is_refused(string address) => Assert.Throws<FormatException>(() => PublicAddress.Parse(address));

    [Theory]
    [InlineData(1024, true)]
    [InlineData(1025, false)]
    public void Address_has_at_most_1024_characters(int length, bool isGood)
    {
        const string Start = "https://keys.example/";

        var refusal = Record.Exception(() => PublicAddress.Parse(Start + new string('a', length - Start.Length)));

        Assert.Equal(isGood, refusal is null);
    }

    [Theory]
    [InlineData("9.255.255.255", true)]
    [InlineData("10.0.0.0", false)]
    [InlineData("10.255.255.255", false)]
    [InlineData("11.0.0.0", true)]
    [InlineData("100.63.255.255", true)]
    [InlineData("100.127.255.255", false)]
    [InlineData("100.128.0.0", true)]
    [InlineData("126.255.255.255", true)]
    [InlineData("128.0.0.0", true)]
    [InlineData("168.63.129.15", true)]
    [InlineData("168.63.129.16", false)]
    [InlineData("168.63.129.17", true)]
    [InlineData("169.253.255.255", true)]
    [InlineData("169.254.0.0", false)]
    [InlineData("169.255.0.0", true)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.167.255.255", true)]
    [InlineData("192.169.0.0", true)]
    [InlineData("223.255.255.255", true)]
    [InlineData("224.0.0.0", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("::ffff:192.168.0.1", false)]
    [InlineData("2000::1", true)]
    [InlineData("2001:1ff::1", false)]
    [InlineData("2001:200::1", true)]
    [InlineData("3fff::1", false)]
    [InlineData("4000::1", false)]
    public void Address_is_public_up_to_the_edges_of_each_network(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.IsPublic(IPAddress.Parse(address)));
}
