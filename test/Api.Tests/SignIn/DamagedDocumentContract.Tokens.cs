using System.Text.Json;
using Api.Sessions.Families;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The documents of codes and of what they begin.</summary>
public abstract partial class DamagedDocumentContract
{
    protected async Task Damaged_code_is_refused()
    {
        await StartAsync();
        var code = await GetCodeAsync();

        await ForEachDamageAsync("code#", restores: false, async () =>
        {
            var (status, body) = await _app.RedeemAsync(code);
            Assert.Contains(status, (int[])[200, 400]);
            Assert.True(status is 400 || body.GetProperty("scope").GetString() is "openid USER" or "openid" or "USER");
            code = await GetCodeAsync();
        });
    }

    // The second use of a code ends what the first began, and nothing else.
    protected async Task Damaged_used_code_ends_no_other_sign_in()
    {
        await StartAsync();
        var (other, ofEve) = (await StayAsync(_browser), await StayAsync(await BrowserOfEveAsync()));
        var code = await GetCodeAsync();
        Assert.Equal(200, (await _app.RedeemAsync(code)).Status);

        await ForEachDamageAsync("code#", restores: false, async () =>
        {
            var (status, _) = await _app.RedeemAsync(code);
            Assert.Contains(status, (int[])[200, 400]);
            other = await RefreshAsync(other);
            ofEve = await RefreshAsync(ofEve);
            code = await GetCodeAsync();
            Assert.Equal(200, (await _app.RedeemAsync(code)).Status);
        });
    }

    protected async Task Damaged_family_gives_nothing_more()
    {
        await StartAsync();
        var (administrator, secret) = (await _app.Api.GetTokenAsync("ADMIN"), await _app.Api.AddClientAsync("asker", "USER"));
        var (other, ofEve) = (await StayAsync(_browser, "staying2"), await StayAsync(await BrowserOfEveAsync()));
        var tokens = await StayAsync(_browser);

        await ForEachDamageAsync("family#", restores: false, async () =>
        {
            var (refreshToken, accessToken) = (Text(tokens, "refresh_token"), Text(tokens, "access_token"));
            await AnswersAsync(() => _app.Api.GetAsync("/oauth2/userinfo", accessToken), 200, 401);
            await AnswersAsync(() => _app.Api.GetAsync("/admin/clients", accessToken), 200, 401);
            await AnswersAsync(() => _app.Api.GetAsync($"/admin/users/{_ada.Sub}/sessions", administrator), 200);
            await AnswersAsync(() => _browser.GetAsync("/account"), 200);

            foreach (var token in new[] { refreshToken, accessToken })
            {
                Assert.Equal(200, (await _app.SendAsync(
                    "/oauth2/introspect", new() { ["client_id"] = "asker", ["client_secret"] = secret, ["token"] = token })).Status);
            }

            var (status, refreshed) = await _app.RefreshAsync(refreshToken);
            Assert.Contains(status, (int[])[200, 400]);
            Assert.True(status is 400 || Text(refreshed, "scope").Split(' ').All(scope => scope is "openid" or "USER" or "ADMIN"));
            var (revoked, _) = await _app.SendAsync("/oauth2/revoke", new() { ["client_id"] = "staying", ["token"] = refreshToken });
            Assert.Contains(revoked, (int[])[200, 400]);

            other = await RefreshAsync(other, "staying2");
            ofEve = await RefreshAsync(ofEve);
            await EndAsync(accessToken);
            tokens = await StayAsync(_browser);
        });
    }

    // Each use is at another time, so that the tokens before can be forgotten.
    private async Task<JsonElement> RefreshAsync(JsonElement tokens, string clientId = "staying")
    {
        var (status, next) = await _app.RefreshAsync(Text(tokens, "refresh_token"), ("client_id", clientId));
        Assert.Equal(200, status);

        return next;
    }

    // A damaged family is removed too.
    private async Task EndAsync(string accessToken)
    {
        var families = _app.Api.Services.GetRequiredService<TokenFamilyStore>();
        var id = Text(ClaimsOf(accessToken), "grant_id");
        await families.EndAsync(_ada.Sub, id, default);
        Assert.Null(await _documents.GetAsync(TokenFamilyDocument.KeyOf(_ada.Sub, id), default));
    }

    private async Task<JsonElement> StayAsync(Browser browser, string clientId = "staying")
    {
        using var response = await browser.GetAsync(
            $"/oauth2/authorize?{Encode(Request(("client_id", clientId), ("scope", "openid USER ADMIN")))}");
        var (status, tokens) = await _app.RedeemAsync(ReadAnswer(response)["code"], ("client_id", clientId));
        Assert.Equal(200, status);

        return tokens;
    }

    private async Task<Browser> BrowserOfEveAsync()
    {
        var browser = new Browser(_app.Api);
        Assert.Equal(System.Net.HttpStatusCode.NoContent, await browser.SignInAsync(_passkeyOfEve));

        return browser;
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private Task<HttpResponseMessage> AuthorizeAsync() => _browser.GetAsync($"/oauth2/authorize?{Encode(Request(("scope", "openid USER")))}");

    private async Task<string> GetCodeAsync()
    {
        using var response = await AuthorizeAsync();

        return ReadAnswer(response)["code"];
    }
}
