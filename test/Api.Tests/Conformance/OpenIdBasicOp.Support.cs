using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Conformance;

/// <summary>The requests of the modules, in the response mode of the plan.</summary>
public abstract partial class OpenIdBasicModules
{
    private Dictionary<string, string> RequestOf(params (string Name, string? Value)[] changes) => Request([("response_mode", mode), .. changes]);

    private Task<HttpResponseMessage> AuthorizeAsync(params (string Name, string? Value)[] changes) =>
        app.BrowseAsync($"/oauth2/authorize?{Encode(RequestOf(changes))}", app.Cookie);

    private async Task<string> GetCodeAsync(params (string Name, string? Value)[] changes)
    {
        using var response = await AuthorizeAsync(changes);

        return Read(response)["code"];
    }

    private async Task<JsonElement> GetTokensAsync(params (string Name, string? Value)[] changes)
    {
        var (status, tokens) = await app.RedeemAsync(
            await GetCodeAsync(changes), [.. changes.Where(change => change.Name is "client_id")]);
        Assert.Equal(200, status);

        return tokens;
    }

    /// <summary>The answer to the client, in the mode of the plan. A form is never cached, and has a button for browsers without script.</summary>
    private Dictionary<string, string> Read(HttpResponseMessage response)
    {
        if (mode is null)
        {
            return ReadAnswer(response);
        }

        var page = ReadForm(response, out var parameters);
        Assert.Contains($"<form method=\"post\" action=\"{Redirect}\"", page, StringComparison.Ordinal);
        Assert.Contains("<button", page, StringComparison.Ordinal);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());

        return parameters;
    }

    private async Task<JsonElement> WebTokensAsync(bool isBasic)
    {
        var code = await GetCodeAsync(("client_id", "web"));

        if (!isBasic)
        {
            var (status, tokens) = await app.RedeemAsync(code, ("client_id", "web"), ("client_secret", app.Secret));
            Assert.Equal(200, status);

            return tokens;
        }

        using var response = await app.Api.SendAsync(
            HttpMethod.Post,
            "/oauth2/token",
            new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["redirect_uri"] = Redirect,
                ["code_verifier"] = Verifier,
            }),
            ("Authorization", $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"web:{app.Secret}"))}"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
    }

    private async Task<JsonElement> IdTokenAsync(params (string, string?)[] changes) =>
        ClaimsOf((await GetTokensAsync(changes)).GetProperty("id_token").GetString()!);

    private async Task<int> UserinfoAsync(HttpMethod method)
    {
        var tokens = await GetTokensAsync();
        using var response = await app.Api.SendAsync(
            method, "/oauth2/userinfo", null, ("Authorization", $"Bearer {tokens.GetProperty("access_token").GetString()}"));
        var claims = JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
        Assert.Equal(Text(ClaimsOf(tokens.GetProperty("id_token").GetString()!), "sub"), Text(claims, "sub"));

        return (int)response.StatusCode;
    }

    private async Task AssertSucceedsAsync(string name, string value, params (string, string?)[] more)
    {
        using var response = await AuthorizeAsync([(name, value), .. more]);

        Assert.Contains("code", Read(response).Keys);
    }

    private async Task AssertErrorAsync(string error, params (string, string?)[] changes)
    {
        using var response = await AuthorizeAsync(changes);

        Assert.Equal(error, Read(response)["error"]);
    }

    private async Task AssertSignsInAsync(params (string, string?)[] changes)
    {
        var before = (await IdTokenAsync()).GetProperty("auth_time").GetInt64();
        using var response = await AuthorizeAsync(changes);
        var location = response.Headers.Location!.OriginalString;
        Assert.StartsWith("/sign-in?", location, StringComparison.Ordinal);
        app.Api.Time.Now += TimeSpan.FromSeconds(5);
        var (_, cookie) = await app.SignInAsync(app.Ann);

        using var next = await app.BrowseAsync(QueryHelpers.ParseQuery(location["/sign-in".Length..])["return_to"]!, cookie);

        var (_, tokens) = await app.RedeemAsync(Read(next)["code"]);
        var idToken = ClaimsOf(tokens.GetProperty("id_token").GetString()!);
        Assert.True(idToken.GetProperty("auth_time").GetInt64() > before);
        Assert.Equal(app.Ann.Sub, Text(idToken, "sub"));
    }

    private async Task AssertUsedOnceAsync(TimeSpan later)
    {
        var code = await GetCodeAsync();
        await app.RedeemAsync(code);
        app.Api.Time.Now += later;

        Assert.Equal("invalid_grant", Text((await app.RedeemAsync(code)).Body, "error"));
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
