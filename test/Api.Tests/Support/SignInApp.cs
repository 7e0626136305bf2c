using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Api.Clients;
using Api.OAuth;
using Api.Sessions;
using Api.Users;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Support;

/// <summary>
/// An app with a user who is signed in, and clients: <c>app</c> (public), <c>web</c> (with a secret), <c>asking</c> (public, asks for
/// consent), and two with refresh tokens: <c>staying</c> (public) and <c>staying2</c>. The session is created without a passkey.
/// </summary>
public sealed partial class SignInApp : IAsyncLifetime, IDisposable
{
    public const string Redirect = "https://app.example/callback";

    /// <summary>RFC 7636 appendix B.</summary>
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    public SignInApp()
        : this(new())
    {
    }

    internal SignInApp(ApiFactory api) => Api = api;

    public ApiFactory Api { get; }

    internal User Ann { get; private set; } = null!;

    internal Session Session { get; private set; } = null!;

    /// <summary>The cookie of Ann's browser.</summary>
    public string Cookie { get; private set; } = "";

    public string Secret { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Secret = await AddClientsAsync(client => client);
        Ann = await AddUserAsync("ann", "USER");
        (Session, Cookie) = await SignInAsync(Ann);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Api.Dispose();

    /// <summary>Adds the clients, with a change, and returns the secret of <c>web</c>.</summary>
    internal async Task<string> AddClientsAsync(Func<Client, Client> change)
    {
        await Api.AddClientAsync("app", "USER ADMIN", client => change(SignsIn(client)));
        await Api.AddClientAsync("staying", "USER ADMIN", client => change(Stays(client)));
        await Api.AddClientAsync("staying2", "USER", client => change(Stays(client)));
        await Api.AddClientAsync("asking", "USER", client => change(SignsIn(client)) with { RequireConsent = true });

        return await Api.AddClientAsync("web", "USER ADMIN", client => change(SignsIn(client)) with { AuthenticationMethod = null });
    }

    internal static Client SignsIn(Client client) => client with
    {
        GrantTypes = [GrantTypes.AuthorizationCode],
        AuthenticationMethod = AuthenticationMethods.None,
        RedirectUris = [Redirect, "http://127.0.0.1/callback"],
        PostLogoutRedirectUris = ["https://app.example/bye"],
    };

    private static Client Stays(Client client) =>
        SignsIn(client) with { GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken] };

    internal async Task<User> AddUserAsync(string name, string scope, Func<User, User>? change = null)
    {
        var user = new User
        {
            Sub = User.NewSub(),
            UserName = name,
            Name = $"{name} Example",
            Email = $"{name}@example.com",
            Scopes = Scope.Parse(scope)!.Value,
            CreatedAt = Api.Time.Now,
            UpdatedAt = Api.Time.Now,
        };
        user = change?.Invoke(user) ?? user;
        Assert.True(await Api.Services.GetRequiredService<UserStore>().AddAsync(user, default));

        return user;
    }

    /// <summary>A new session and its cookie.</summary>
    internal async Task<(Session Session, string Cookie)> SignInAsync(User user)
    {
        var (session, value) = await Api.Services.GetRequiredService<SessionStore>().CreateAsync(user.Sub, "test", default);

        return (session, $"{Api.Services.GetRequiredService<SessionCookie>().Name}={value}");
    }

    /// <summary>The parameters of a good authorization request, with changes; a null removes one.</summary>
    public static Dictionary<string, string> Request(params (string Name, string? Value)[] changes)
    {
        Dictionary<string, string> parameters = new()
        {
            ["response_type"] = "code",
            ["client_id"] = "app",
            ["redirect_uri"] = Redirect,
            ["scope"] = "openid profile email USER",
            ["state"] = "s1",
            ["nonce"] = "n1",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };

        foreach (var (name, value) in changes)
        {
            parameters.Remove(name);

            if (value is not null)
            {
                parameters[name] = value;
            }
        }

        return parameters;
    }

    public static string Encode(IEnumerable<KeyValuePair<string, string>> parameters) =>
        string.Join('&', parameters.Select(one => $"{Uri.EscapeDataString(one.Key)}={Uri.EscapeDataString(one.Value)}"));

    /// <summary>Sends a good authorization request, with changes, from Ann's browser.</summary>
    public Task<HttpResponseMessage> AuthorizeAsync(params (string Name, string? Value)[] changes) =>
        BrowseAsync($"/oauth2/authorize?{Encode(Request(changes))}", Cookie);

    public Task<HttpResponseMessage> BrowseAsync(string path, string? cookie) =>
        Api.SendAsync(HttpMethod.Get, path, null, cookie is null ? [] : [("Cookie", cookie)]);

    /// <summary>Posts a form as a page of this server does, or as another site does.</summary>
    public Task<HttpResponseMessage> PostAsync(
        string path, IEnumerable<KeyValuePair<string, string>> form, string? cookie, string? site = "same-origin")
    {
        List<(string, string)> headers = [];

        if (cookie is not null)
        {
            headers.Add(("Cookie", cookie));
        }

        if (site is not null)
        {
            headers.Add(("Sec-Fetch-Site", site));
        }

        return Api.SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(form), [.. headers]);
    }

    /// <summary>The form of the consent page that a good authorization request with changes shows to Ann.</summary>
    public async Task<Dictionary<string, string>> GetConsentFormAsync(params (string Name, string? Value)[] changes)
    {
        using var page = await AuthorizeAsync(changes);
        ReadForm(page, out var form);

        return form;
    }

    /// <summary>A page and the hidden fields of its form.</summary>
    public static string ReadForm(HttpResponseMessage response, out Dictionary<string, string> fields)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var reader = new StreamReader(response.Content.ReadAsStream(), leaveOpen: true);
        var page = reader.ReadToEnd();
        fields = HiddenFields().Matches(page).ToDictionary(
            field => field.Groups[1].Value, field => WebUtility.HtmlDecode(field.Groups[2].Value));

        return page;
    }

    /// <summary>Whether the browser stays on a page of this server.</summary>
    public static bool IsPage(HttpResponseMessage response) =>
        response is { StatusCode: HttpStatusCode.OK, Headers.Location: null } && !response.Headers.Contains("Refresh");

    /// <summary>Answers a consent page as Ann.</summary>
    public Task<HttpResponseMessage> DecideAsync(IEnumerable<KeyValuePair<string, string>> form, string decision = "allow") =>
        PostAsync("/oauth2/authorize", form.Append(new("decision", decision)), Cookie);

    /// <summary>The parameters that the client gets through the browser; the answer goes to its redirect URI.</summary>
    public static Dictionary<string, string> ReadAnswer(HttpResponseMessage response, string redirect = Redirect)
    {
        var location = response.Headers.Location?.OriginalString;

        if (location is null)
        {
            // After a form of a page of this server, a page leads to the client.
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            location = response.Headers.GetValues("Refresh").Single()["0;url=".Length..];
        }
        else
        {
            Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
        }

        Assert.StartsWith($"{redirect}?", location, StringComparison.Ordinal);

        return QueryHelpers.ParseQuery(location[(redirect.Length + 1)..]).ToDictionary(one => one.Key, one => Assert.Single(one.Value.ToArray())!);
    }

    public async Task<string> GetCodeAsync(params (string Name, string? Value)[] changes)
    {
        using var response = await AuthorizeAsync(changes);

        return ReadAnswer(response)["code"];
    }

    /// <summary>Redeems a code as the client <c>app</c>, with changes; a null removes a parameter.</summary>
    public async Task<(int Status, JsonElement Body)> RedeemAsync(string code, params (string Name, string? Value)[] changes)
    {
        Dictionary<string, string?> form = new()
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = "app",
            ["code"] = code,
            ["redirect_uri"] = Redirect,
            ["code_verifier"] = Verifier,
        };

        return await SendAsync("/oauth2/token", form, changes);
    }

    /// <summary>Uses a refresh token as the client <c>staying</c>, with changes; a null removes a parameter.</summary>
    public Task<(int Status, JsonElement Body)> RefreshAsync(string refreshToken, params (string Name, string? Value)[] changes) => SendAsync(
        "/oauth2/token", new() { ["grant_type"] = "refresh_token", ["client_id"] = "staying", ["refresh_token"] = refreshToken }, changes);

    /// <summary>The tokens of a whole sign-in to the client <c>staying</c>.</summary>
    public async Task<UserTokens> StayAsync()
    {
        var tokens = await GetTokensAsync(("client_id", "staying"), ("scope", "openid USER"));
        string Text(string name) => tokens.GetProperty(name).GetString()!;

        return new(Text("access_token"), Text("id_token"), Text("refresh_token"));
    }

    /// <summary>Sends a form of a client, with changes; a null removes a parameter.</summary>
    public async Task<(int Status, JsonElement Body)> SendAsync(
        string path, Dictionary<string, string?> form, params (string Name, string? Value)[] changes)
    {
        foreach (var (name, value) in changes)
        {
            form[name] = value;
        }

        using var response = await Api.SendAsync(
            HttpMethod.Post, path, new FormUrlEncodedContent(form.Where(one => one.Value is not null)));
        var body = await response.Content.ReadAsStringAsync();

        return ((int)response.StatusCode, body is "" ? default : JsonSerializer.Deserialize<JsonElement>(body));
    }

    /// <summary>The tokens of a whole sign-in to a public client.</summary>
    public async Task<JsonElement> GetTokensAsync(params (string Name, string? Value)[] changes)
    {
        var (status, tokens) = await RedeemAsync(await GetCodeAsync(changes), [.. changes.Where(change => change.Name is "client_id")]);
        Assert.Equal(200, status);

        return tokens;
    }

    public static JsonElement ClaimsOf(string jwt, int part = 1) =>
        JsonSerializer.Deserialize<JsonElement>(Base64UrlEncoder.DecodeBytes(jwt.Split('.')[part]));

    [GeneratedRegex("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\">")]
    private static partial Regex HiddenFields();
}

/// <summary>The tokens of a sign-in to a client with refresh tokens.</summary>
public sealed record UserTokens(string AccessToken, string IdToken, string RefreshToken);
