using System.Net;
using System.Text.Json;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>
/// The pages between an app and a person in Chromium: what axe-core finds on them, where their forms lead, and that a form to another origin
/// is blocked.
/// </summary>
public sealed class ClientPagesInBrowserTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Browser)]
    public async Task Person_creates_an_account_allows_an_app_and_signs_out()
    {
        await using var api = await ApiProcess.StartAsync(_folder["data"], "--DisplayName", "Northwind", "--SignUp", "open");
        // The clients and another person, written by a second instance on the same data.
        using var app = new SignInApp(new ApiFactory { Time = new(DateTimeOffset.UtcNow) }
            .Set("Issuer", api.Address).Set("DataDirectory", _folder["data"]));
        await app.AddClientsAsync(client => client with
        {
            RedirectUris = [Redirect, "http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/callback"],
            PostLogoutRedirectUris = ["http://127.0.0.1/bye"],
        });

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "client-pages.mjs", ExternalTools.Chromium!, api.Address, await GetIdTokenAsync(app), WholeWay.Screenshots));

        Assert.Equal(
            [
                "sign-up: Create an account",
                "/sign-in/new to another origin: form-action",
                "link: Welcome, Ada Lovelace",
                "consent: Allow asking?",
                "/oauth2/authorize to another origin: form-action",
                "app com.example.app:/callback: Back to the app",
                "/oauth2/authorize to another origin: form-action",
                "/oauth2/authorize to another origin: form-action",
                "form post: Back to the app",
                "account: Your account",
                "wrong address: Wrong address",
                "sign out: Sign out?",
                "/oauth2/logout to another origin: form-action",
                "stays: Still signed in",
                "signed out: You are signed out",
            ],
            TextsOf("steps"));
        Assert.Equal(
            [
                "GET 127.0.0.1/callback error,error_description,iss,state",
                "GET 127.0.0.1/callback code,iss,state",
                "GET 127.0.0.1/callback code,iss,state",
                "POST 127.0.0.1/callback code,iss,state",
                "POST [::1]/callback code,iss,state",
                "POST 127.0.0.1/callback code,iss,state",
                "GET 127.0.0.1/bye state",
            ],
            TextsOf("received"));
        Assert.Empty(TextsOf("problems"));
        Assert.Empty(TextsOf("violations"));

        IEnumerable<string?> TextsOf(string name) => shown.GetProperty(name).EnumerateArray().Select(text => text.GetString());
    }

    private static async Task<string> GetIdTokenAsync(SignInApp app)
    {
        var (_, cookie) = await app.SignInAsync(await app.AddUserAsync("bob", "USER"));
        using var response = await app.BrowseAsync($"/oauth2/authorize?{Encode(Request())}", cookie);
        var (status, tokens) = await app.RedeemAsync(ReadAnswer(response)["code"]);
        Assert.Equal((int)HttpStatusCode.OK, status);

        return tokens.GetProperty("id_token").GetString()!;
    }
}
