using System.Net;
using System.Text.Json.Nodes;
using Api.Sessions;
using Api.Tests.SignIn;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Attacks;

/// <summary>
/// Cross-site request forgery: each request that changes something is sent with everything that it needs, the cookies included. Only the
/// page of another site that sends it makes the difference.
/// </summary>
public sealed class CrossSiteAttacks : IDisposable
{
    private const string NotAccepted = "does not come from a page of this server";
    private const string OtherSite = "came from another site";

    private readonly ApiFactory _api = new ApiFactory().Set("SignUp", "open");

    public static TheoryData<string, string> Requests => new()
    {
        { "sign in", NotAccepted },
        { "sign-in options", NotAccepted },
        { "sign up", OtherSite },
        { "enroll options", NotAccepted },
        { "enroll", NotAccepted },
        { "passkey options", NotAccepted },
        { "add passkey", NotAccepted },
        { "rename passkey", NotAccepted },
        { "remove passkey", NotAccepted },
        { "remove app", NotAccepted },
        { "end session", NotAccepted },
        { "sign out", NotAccepted },
        { "sign out everywhere", NotAccepted },
    };

    public void Dispose() => _api.Dispose();

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Only_pages_of_this_server_can_send_it(string name, string refusal)
    {
        var (user, own, authenticator) = await _api.EnrollAsync("ada");
        await new Browser(_api).SignInAsync(authenticator);
        var (path, form, json) = await PrepareAsync(name, user, own, authenticator);

        foreach (var (origin, site) in ((string?, string?)[])
            [("https://attacker.example", "cross-site"), ("null", "cross-site"), ("https://other.issuer.example", "same-site"), (null, "none"), (null, null)])
        {
            var foreign = new Browser(_api) { Origin = origin, FetchSite = site };
            own.Cookies.ToList().ForEach(cookie => foreign.Cookies.Add(cookie.Key, cookie.Value));
            using var refused = await SendAsync(foreign);

            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains(refusal, await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.Empty(foreign.LastCookies);
        }

        // Nothing was used up or changed, so the same request of a page of this server succeeds.
        using var accepted = await SendAsync(own);
        Assert.True((int)accepted.StatusCode < 400, $"{accepted.StatusCode}");

        Task<HttpResponseMessage> SendAsync(Browser browser) => form is null ? browser.PostJsonAsync(path, json!) : browser.PostFormAsync(path, form);
    }

    private async Task<(string Path, (string, string)[]? Form, JsonNode? Json)> PrepareAsync(
        string name, User user, Browser own, Authenticator authenticator)
    {
        switch (name)
        {
            case "sign-in options":
                return ("/sign-in/options", null, new JsonObject());
            case "sign in":
                var begun = await own.BeginAsync("/sign-in/options");

                return ("/sign-in", null, Browser.Answer(begun, authenticator.Get(begun.GetProperty("options"))));
            case "sign up":
                return ("/sign-in/new", [("name", "Eve")], null);
            case "enroll options":
                return ($"/enroll/{await _api.LinkAsync(user)}/options", null, new JsonObject());
            case "enroll":
                var link = await _api.LinkAsync(user);

                return ($"/enroll/{link}", null, await RegistrationAsync(own, $"/enroll/{link}/options"));
            case "passkey options":
                return ("/account/passkeys/options", null, new JsonObject());
            case "add passkey":
                return ("/account/passkeys", null, await RegistrationAsync(own, "/account/passkeys/options"));
            case "rename passkey":
                return ($"/account/passkeys/{await PasskeyOf(user)}/name", [("name", "Mine")], null);
            case "remove passkey":
                var id = await PasskeyOf(user);
                // The only passkey cannot be removed.
                await own.EnrollAsync(await _api.LinkAsync(user), new(ApiFactory.Issuer));

                return ($"/account/passkeys/{id}/remove", [], null);
            case "remove app":
                return ("/account/apps/remove", [("client_id", "app")], null);
            case "end session":
                var sessions = await _api.Services.GetRequiredService<SessionStore>().ListAsync(user.Sub, default);

                return ($"/account/sessions/{sessions[^1].Sid}/end", [], null);
            case "sign out":
                return ("/account/sessions/end", [], null);
            default:
                return ("/account/sessions/end-all", [], null);
        }
    }

    private async Task<string> PasskeyOf(User user) => (await _api.UsersOf().ListPasskeysAsync(user.Sub, default))[0].Id;

    private static async Task<JsonObject> RegistrationAsync(Browser browser, string path)
    {
        var begun = await browser.BeginAsync(path);

        return Browser.Answer(begun, new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options")));
    }
}
