using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Api.Users;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.SignIn;

/// <summary>A browser with cookies, without script: tests send what the script of the pages would send.</summary>
internal sealed class Browser(ApiFactory api)
{
    public const string Chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";

    public Dictionary<string, string> Cookies { get; } = [];

    public string? Origin { get; init; } = ApiFactory.Issuer;

    public string? FetchSite { get; init; } = "same-origin";

    /// <summary>The Set-Cookie headers of the last answer.</summary>
    public string[] LastCookies { get; private set; } = [];

    public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<HttpResponseMessage> PostFormAsync(string path, params (string Name, string Value)[] fields) => SendAsync(
        HttpMethod.Post, path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public Task<HttpResponseMessage> PostJsonAsync(string path, JsonNode body) =>
        SendAsync(HttpMethod.Post, path, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));

    /// <summary>Begins a ceremony and returns the server's answer.</summary>
    public async Task<JsonElement> BeginAsync(string path)
    {
        using var response = await PostJsonAsync(path, new JsonObject());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);

        return JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());
    }

    public async Task<HttpStatusCode> AnswerAsync(string path, JsonElement begun, JsonObject credential)
    {
        using var response = await PostJsonAsync(path, Answer(begun, credential));

        return response.StatusCode;
    }

    public static JsonObject Answer(JsonElement begun, JsonObject credential) =>
        new() { ["ceremony"] = begun.GetProperty("ceremony").GetString(), ["credential"] = credential.DeepClone() };

    public async Task<HttpStatusCode> EnrollAsync(string link, Authenticator authenticator)
    {
        var begun = await BeginAsync($"/enroll/{link}/options");

        return await AnswerAsync($"/enroll/{link}", begun, authenticator.Create(begun.GetProperty("options")));
    }

    public async Task<HttpStatusCode> SignInAsync(Authenticator authenticator)
    {
        var begun = await BeginAsync("/sign-in/options");

        return await AnswerAsync("/sign-in", begun, authenticator.Get(begun.GetProperty("options")));
    }

    /// <summary>The same browser, whose requests another instance of the app gets.</summary>
    public Browser At(ApiFactory instance)
    {
        var browser = new Browser(instance) { Origin = Origin, FetchSite = FetchSite };

        foreach (var (name, value) in Cookies)
        {
            browser.Cookies[name] = value;
        }

        return browser;
    }

    public async Task<bool> IsSignedInAsync()
    {
        using var response = await GetAsync("/account");

        return response.StatusCode is HttpStatusCode.OK;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        (string Name, string? Value)[] headers =
        [
            ("Cookie", Cookies.Count is 0 ? null : string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"))),
            ("User-Agent", Chrome),
            ("Origin", method == HttpMethod.Post ? Origin : null),
            ("Sec-Fetch-Site", FetchSite),
        ];
        var response = await api.SendAsync(method, path, content, [.. headers.Where(header => header.Value is not null).Select(header => (header.Name, header.Value!))]);
        LastCookies = response.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [];

        foreach (var cookie in LastCookies)
        {
            var pair = cookie.Split(';')[0].Split('=', 2);

            if (pair[1] is "")
            {
                Cookies.Remove(pair[0]);
            }
            else
            {
                Cookies[pair[0]] = pair[1];
            }
        }

        return response;
    }
}

/// <summary>Users of an <see cref="ApiFactory"/>.</summary>
internal static class People
{
    public static async Task<User> AddUserAsync(this ApiFactory api, string userName, string? name = null)
    {
        var user = new User { Sub = User.NewSub(), UserName = userName, Name = name, Scopes = ["USER"], CreatedAt = api.Time.Now };
        Assert.True(await api.UsersOf().AddAsync(user, default));

        return user;
    }

    public static UserStore UsersOf(this ApiFactory api) => api.Services.GetRequiredService<UserStore>();

    public static Task<string> LinkAsync(this ApiFactory api, User user) =>
        api.Services.GetRequiredService<EnrollmentLinks>().CreateAsync(user.Sub, default);

    public static async Task DisableAsync(this ApiFactory api, User user) => Assert.True(
        await api.UsersOf().ChangeAsync(user, user with { Enabled = false, Version = Api.Storage.Document.NewVersion() }, default));

    /// <summary>A user with a passkey, and the browser in which it was made.</summary>
    public static async Task<(User User, Browser Browser, Authenticator Authenticator)> EnrollAsync(
        this ApiFactory api, string userName, Authenticator? authenticator = null)
    {
        var user = await api.AddUserAsync(userName);
        var browser = new Browser(api);
        authenticator ??= new(ApiFactory.Issuer);
        Assert.Equal(HttpStatusCode.NoContent, await browser.EnrollAsync(await api.LinkAsync(user), authenticator));

        return (user, browser, authenticator);
    }
}
