using System.Net;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Attacks;

/// <summary>Redirect URIs close to the registered <c>https://app.example/callback</c> (RFC 9700 §4.1). None gets a code or an error.</summary>
public sealed class RedirectAttacks(SignInApp app) : IClassFixture<SignInApp>
{
    public static TheoryData<string> Addresses =>
    [
        // Other host.
        "https://evil.example/callback", "https://app.example.evil.example/callback", "https://evil.example/app.example/callback",
        "https://evilapp.example/callback", "https://sub.app.example/callback", "https://app.example./callback",
        "https://app.exampl/callback", "https://app%2eexample/callback", "https://app.example%2eevil.example/callback",
        "https://ａpp.example/callback", "https://app。example/callback", "https://аpp.example/callback",
        // User info.
        "https://app.example@evil.example/callback", "https://app.example:x@evil.example/callback", "https://evil.example@app.example/callback",
        "https://app.example%40evil.example/callback", "https://app.example\\@evil.example/callback",
        "https://app.example/callback@evil.example", "https://:@app.example/callback", "https://@app.example/callback",
        // Fragment and query.
        "https://app.example/callback#", "https://app.example/callback#a", "https://app.example/callback%23", "https://app.example/callback?",
        "https://app.example/callback?next=https://evil.example", "https://app.example/callback&a=b", "https://app.example/callback;a=b",
        "https://evil.example#app.example/callback", "https://evil.example?https://app.example/callback",
        // Case.
        "HTTPS://app.example/callback", "https://APP.example/callback", "https://app.example/Callback", "https://app.example/CALLBACK",
        // Port.
        "https://app.example:443/callback", "https://app.example:/callback", "https://app.example:8443/callback",
        "https://app.example:0443/callback", "http://127.0.0.1:80@evil.example/callback", "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:0/callback", "http://127.0.0.1:-1/callback", "http://127.0.0.1:1.evil.example/callback",
        "http://127.0.0.1.evil.example/callback", "http://127.0.0.1:3000/callback/x", "http://127.0.0.2:3000/callback",
        "http://2130706433/callback", "http://0x7f.1/callback", "http://[::ffff:127.0.0.1]:3000/callback", "http://localhost:3000/callback",
        // Path.
        "https://app.example/callback/", "https://app.example//callback", "https://app.example/callback/../evil",
        "https://app.example/callback/..;/evil", "https://app.example/./callback", "https://app.example/x/../callback",
        "https://app.example/callback/%2e%2e/evil", "https://app.example/%63allback", "https://app.example/callback%2f",
        "https://app.example/callback%00", "https://app.example\\callback", "https:/app.example/callback", "https:app.example/callback",
        "https://app.example", "https://app.example/", "//app.example/callback", "/callback", "callback", "https://app.example/callback.evil",
        // Other scheme, spaces and control characters.
        "http://app.example/callback", "javascript:alert(1)", "javascript://app.example/callback%0aalert(1)",
        "data:text/html,https://app.example/callback", "file:///callback", "app.example:/callback", " https://app.example/callback",
        "https://app.example/callback ", "https://app.example/callback\t", "https://app.example/callback\r\nLocation: https://evil.example",
        "https://app.example/call\nback", "https://app.example/callback\0", "https://app.example/callback https://evil.example",
        "https://app.example/callback,https://evil.example", "https://app.example/*", "*",
    ];

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Nothing_is_sent_to_another_address(string address)
    {
        foreach (var response in new[]
        {
            await app.AuthorizeAsync(("redirect_uri", address)),
            await app.AuthorizeAsync(("redirect_uri", address), ("response_type", "token")),
            await app.AuthorizeAsync(("redirect_uri", address), ("response_mode", "form_post")),
            await app.PostAsync("/oauth2/authorize", Request(("redirect_uri", address)), app.Cookie),
        })
        {
            Assert.Equal((HttpStatusCode.BadRequest, null), (response.StatusCode, response.Headers.Location));
            Assert.DoesNotContain("evil.example", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            response.Dispose();
        }
    }
}
