using System.Text.Json;
using Api.Clients;
using Api.OAuth;
using Api.Sessions;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>Each event that ends a sign-in to a client ends its refresh token, and its access token where this server is asked.</summary>
public sealed class RefreshTokenEndTests : IAsyncLifetime, IDisposable
{
    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    public static TheoryData<string> Ends =>
    [
        "sign-out", "session ended", "user disabled", "user disabled and enabled", "user removed", "client disabled", "client enabled again",
        "client replaced", "second use of the code", "revoked", "signed out everywhere", "app removed",
    ];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task End_is_noticed_at_once(string end)
    {
        var administrator = _app.Ann with { Scopes = ["USER", "ADMIN"], Version = Document.NewVersion() };
        Assert.True(await _app.Api.UsersOf().ChangeAsync(_app.Ann, administrator, default));
        var code = await _app.GetCodeAsync(("client_id", "staying"), ("scope", "openid ADMIN USER"));
        var (_, tokens) = await _app.RedeemAsync(code, ("client_id", "staying"));
        var (refreshToken, accessToken) = (Text(tokens, "refresh_token"), Text(tokens, "access_token"));
        Assert.Equal((200, 200), (await StatusAsync("/oauth2/userinfo", accessToken), await StatusAsync("/admin/clients", accessToken)));

        await EndAsync(end, code, tokens);

        var (refused, error) = await _app.RefreshAsync(refreshToken);
        Assert.InRange(refused, 400, 401);
        Assert.Contains(Text(error, "error"), (string[])["invalid_grant", "unauthorized_client"]);
        Assert.Equal(401, await StatusAsync("/oauth2/userinfo", accessToken));
        Assert.Equal(401, await StatusAsync("/admin/clients", accessToken));
        // The bearer check of the team's own routes needs no store.
        Assert.Equal(200, await StatusAsync("/user/me", accessToken));
    }

    private SessionStore Sessions => _app.Api.Services.GetRequiredService<SessionStore>();

    private async Task EndAsync(string end, string code, JsonElement tokens)
    {
        var (users, clients) = (_app.Api.UsersOf(), _app.Api.Services.GetRequiredService<ClientAdministration>());
        var by = new Api.Audit.Actor("test");
        Task PatchAsync(bool enabled) => clients.PatchAsync("staying", new() { ["enabled"] = enabled }, null, by, default);
        Task UserAsync(bool enabled) => _app.Api.Services.GetRequiredService<UserAdministration>()
            .PatchAsync("ann", new() { ["enabled"] = enabled }, null, by, default);

        switch (end)
        {
            case "sign-out":
                using (await _app.BrowseAsync($"/oauth2/logout?id_token_hint={Text(tokens, "id_token")}", _app.Cookie))
                {
                }

                break;
            case "session ended":
                await Sessions.EndAsync(_app.Session, default);
                break;
            case "user disabled":
                await UserAsync(false);
                break;
            case "user disabled and enabled":
                await UserAsync(false);
                await UserAsync(true);
                break;
            case "user removed":
                Assert.True(await users.RemoveAsync((await users.FindAsync(_app.Ann.Sub, default))!, default));
                break;
            case "client disabled":
                await PatchAsync(false);
                break;
            case "client enabled again":
                await PatchAsync(false);
                await PatchAsync(true);
                break;
            case "client replaced":
                await clients.RemoveAsync("staying", null, by, default);
                _app.Api.Time.Now = _app.Api.Time.Now.AddMinutes(2);
                await _app.Api.AddClientAsync("staying", "USER ADMIN", client => SignsIn(client) with
                {
                    GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
                    CreatedAt = _app.Api.Time.Now,
                });
                break;
            case "second use of the code":
                Assert.Equal(400, (await _app.RedeemAsync(code, ("client_id", "staying"))).Status);
                break;
            case "revoked":
                var (revoked, _) = await _app.SendAsync(
                    "/oauth2/revoke", new() { ["client_id"] = "staying", ["token"] = Text(tokens, "refresh_token") });
                Assert.Equal(200, revoked);
                break;
            case "signed out everywhere":
                using (await _app.PostAsync("/account/sessions/end-all", [], _app.Cookie))
                {
                }

                break;
            default:
                using (await _app.PostAsync("/account/apps/remove", [new("client_id", "staying")], _app.Cookie))
                {
                }

                break;
        }
    }

    private async Task<int> StatusAsync(string path, string accessToken)
    {
        using var response = await _app.Api.GetAsync(path, accessToken);

        return (int)response.StatusCode;
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
