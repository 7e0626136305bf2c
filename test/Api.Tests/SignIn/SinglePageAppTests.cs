using System.Text.Json;
using Api.OAuth;
using Api.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>The single page app of docs/sign-in.md in Chromium, with oidc-client-ts, on another origin than the server.</summary>
public sealed class SinglePageAppTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FactWith(Tool.Browser)]
    public async Task Oidc_client_ts_signs_a_person_in_and_out()
    {
        var issuer = "";
        await using var site = await ServeAsync(
            () => Recipe.Read("Single page app", "html"),
            origin => Recipe.Read("Single page app", "js", ("http://localhost:5000", issuer), ("http://localhost:5173", origin)));
        var origin = site.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var api = await ApiProcess.StartAsync(_folder["data"], "--CorsOrigins", origin);
        issuer = api.Address;
        // The client and the person, written by a second instance on the same data.
        using var app = new SignInApp(new ApiFactory { Time = new(DateTimeOffset.UtcNow) }
            .Set("Issuer", api.Address).Set("DataDirectory", _folder["data"]));
        await app.Api.AddClientAsync("spa", "USER", client => SignsIn(client) with
        {
            RedirectUris = [$"{origin}/callback"],
            PostLogoutRedirectUris = [$"{origin}/"],
        });
        var ann = await app.AddUserAsync("ann", "USER");

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "single-page-app.mjs", ExternalTools.Chromium!, api.Address, $"{api.Address}/enroll/{await app.Api.LinkAsync(ann)}", origin));

        var (profile, me) = (shown.GetProperty("profile"), shown.GetProperty("me"));
        Assert.Equal(
            (ann.Sub, "ann", "ann Example", "ann@example.com"),
            (Text(profile, "sub"), Text(profile, "preferred_username"), Text(profile, "name"), Text(profile, "email")));
        Assert.Equal((ann.Sub, "spa", "openid profile email USER"), (Text(me, "sub"), Text(me, "client_id"), Text(me, "scope")));
        Assert.Equal("ann Example", Text(shown.GetProperty("userinfo"), "name"));
        Assert.Equal(
            [
                "GET /.well-known/openid-configuration",
                "GET /oauth2/authorize client_id,code_challenge,code_challenge_method,redirect_uri,response_type,scope,state",
                "POST /oauth2/token client_id,code,code_verifier,grant_type,redirect_uri",
                "GET /user/me",
                "GET /oauth2/userinfo",
                "GET /oauth2/logout id_token_hint,post_logout_redirect_uri",
            ],
            TextsOf("requests"));
        Assert.Equal(
            ["signed in at /", "signed out at /", "account without session: /sign-in", "origin that is not listed: Failed to fetch"],
            TextsOf("steps"));
        Assert.Empty(TextsOf("problems"));

        static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

        IEnumerable<string?> TextsOf(string name) => shown.GetProperty(name).EnumerateArray().Select(text => text.GetString());
    }

    [FactWith(Tool.Browser)]
    public async Task Two_tabs_of_oidc_client_ts_stay_signed_in_until_one_revokes()
    {
        var issuer = "";
        await using var site = await ServeAsync(
            () => Recipe.Read("Single page app", "html"),
            origin => Recipe.Read("Single page app", "js", ("http://localhost:5000", issuer), ("http://localhost:5173", origin)));
        var origin = site.Urls.Single().Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await using var api = await ApiProcess.StartAsync(_folder["data"], "--CorsOrigins", origin);
        issuer = api.Address;
        using var app = new SignInApp(new ApiFactory { Time = new(DateTimeOffset.UtcNow) }
            .Set("Issuer", api.Address).Set("DataDirectory", _folder["data"]));
        await app.Api.AddClientAsync("spa", "USER", client => SignsIn(client) with
        {
            GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
            RedirectUris = [$"{origin}/callback"],
            PostLogoutRedirectUris = [$"{origin}/"],
        });
        var ann = await app.AddUserAsync("ann", "USER");

        var shown = JsonSerializer.Deserialize<JsonElement>(await ExternalTools.RunNodeAsync(
            "two-tabs.mjs", ExternalTools.Chromium!, api.Address, $"{api.Address}/enroll/{await app.Api.LinkAsync(ann)}", origin));

        Assert.Equal(
            [
                "both tabs renewed: the same refresh token", "both tabs renewed again: the same refresh token",
                "first tab revoked", "second tab: invalid_grant",
            ],
            shown.GetProperty("steps").EnumerateArray().Select(text => text.GetString()));
    }

    /// <summary>Serves the files of an app on a free port.</summary>
    private static async Task<WebApplication> ServeAsync(Func<string> page, Func<string, string> script)
    {
        // The browser finds packages by their names, as a bundler does.
        const string Packages =
            """<script type="importmap">{"imports":{"oidc-client-ts":"/oidc-client-ts.js","jwt-decode":"/jwt-decode.js"}}</script>""";

        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var site = builder.Build();
        var packages = Path.Combine(ExternalTools.Clients, "node_modules");
        site.MapGet("/app.js", (HttpRequest request) => Results.Text(script($"http://{request.Host}"), "text/javascript"));
        site.MapGet("/oidc-client-ts.js", () => Results.File($"{packages}/oidc-client-ts/dist/esm/oidc-client-ts.js", "text/javascript"));
        site.MapGet("/jwt-decode.js", () => Results.File($"{packages}/jwt-decode/build/esm/index.js", "text/javascript"));
        site.MapGet("/favicon.ico", () => Results.NoContent());
        site.MapFallback(() => Results.Text(page().Replace("<title>", $"{Packages}<title>", StringComparison.Ordinal), "text/html"));
        await site.StartAsync();

        return site;
    }
}
