using Api.Clients;

namespace Api.Tests.Clients;

/// <summary>Which redirect URIs a client can register, and which ones a request can use.</summary>
public sealed class RedirectUriTests
{
    [Theory]
    [InlineData("https://app.example")]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/callback?tenant=a%20b")]
    [InlineData("https://app.example:8443/callback")]
    [InlineData("https://xn--bcher-kva.example/callback")]
    [InlineData("http://127.0.0.1/callback")]
    [InlineData("http://127.0.0.1:3000/callback")]
    [InlineData("http://[::1]/callback")]
    [InlineData("http://localhost:5173/callback")]
    [InlineData("com.example.app:/callback")]
    [InlineData("com.example.app://callback")]
    public void Is_registered(string text) => Assert.True(RedirectUri.IsValid(text));

    [Theory]
    [InlineData("")]
    [InlineData("/callback")]
    [InlineData("app.example/callback")]
    [InlineData("//app.example/callback")]
    [InlineData("http://app.example/callback")]
    [InlineData("http://127.0.0.1.example/callback")]
    [InlineData("http://127.0.0.2/callback")]
    [InlineData("http://localhost.example/callback")]
    [InlineData("http://localhost:0/callback")]
    [InlineData("http://localhost:99999/callback")]
    [InlineData("http://localhost@evil.example/callback")]
    [InlineData("http://127.1/callback")]
    [InlineData("http://0x7f000001/callback")]
    [InlineData("https://user@app.example/callback")]
    [InlineData("https://user:secret@app.example/callback")]
    [InlineData("https://app.example\\@evil.example/callback")]
    [InlineData("https://app.example/callback#")]
    [InlineData("https://app.example/callback#part")]
    [InlineData("https://APP.example/callback")]
    [InlineData("HTTPS://app.example/callback")]
    [InlineData("https://app.example:443/callback")]
    [InlineData("https://app.example/a/../callback")]
    [InlineData("https://app.example/./callback")]
    [InlineData("https://app.example/%63allback")]
    [InlineData("https://app.example/callback ")]
    [InlineData(" https://app.example/callback")]
    [InlineData("https://app.example/call\nback")]
    [InlineData("https://app.example/call\tback")]
    [InlineData("https://app.example/<script>")]
    [InlineData("https://bücher.example/callback")]
    [InlineData("https:///callback")]
    [InlineData("https:app.example")]
    [InlineData("https://")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://app.example/")]
    [InlineData("myapp:/callback")]
    [InlineData("urn:ietf:wg:oauth:2.0:oob")]
    [InlineData("com.example.app:callback")]
    public void Is_not_registered(string text) => Assert.False(RedirectUri.IsValid(text));

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Has_a_limited_length(int length, bool isValid) =>
        Assert.Equal(isValid, RedirectUri.IsValid("https://app.example/".PadRight(length, 'a')));

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:1/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:65535/callback")]
    [InlineData("http://127.0.0.1:3000/callback", "http://127.0.0.1:51004/callback")]
    [InlineData("http://127.0.0.1:3000/callback", "http://127.0.0.1/callback")]
    [InlineData("http://[::1]/callback", "http://[::1]:51004/callback")]
    [InlineData("http://localhost/callback?a=b", "http://localhost:51004/callback?a=b")]
    public void Port_of_a_loopback_address_can_differ(string registered, string requested) =>
        Assert.True(RedirectUri.Matches(registered, requested));

    [Theory]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:0/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:080/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:65536/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:3000@evil.example/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:3000.evil.example/callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:3000/callback/")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:3000/Callback")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:3000/callback?a=b")]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:3000/callback#a")]
    [InlineData("http://127.0.0.1/callback", "http://localhost:3000/callback")]
    [InlineData("http://127.0.0.1/callback", "http://[::1]:3000/callback")]
    [InlineData("http://127.0.0.1/callback", "https://127.0.0.1:3000/callback")]
    [InlineData("https://app.example/callback", "https://app.example:8443/callback")]
    [InlineData("https://app.example/callback", "https://app.example:443/callback")]
    public void Nothing_else_can_differ(string registered, string requested) => Assert.False(RedirectUri.Matches(registered, requested));
}
