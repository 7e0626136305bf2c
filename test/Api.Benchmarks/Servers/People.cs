using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Api.Benchmarks.Servers;

/// <summary>People with a passkey who are signed in, and a public client that gets refresh tokens.</summary>
internal sealed class People : IDisposable
{
    public const string ClientId = "benchmark";
    public const string RedirectUri = "https://app.example/callback";

    private readonly HttpClient _http;
    private readonly string _issuer;
    private string _token = "";

    private People(Server server, string issuer)
    {
        _http = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new(server.Address) };
        _issuer = issuer;
    }

    /// <summary>Registers the client and so many people, and returns the cookies of their sessions.</summary>
    public static async Task<IReadOnlyList<string>> SignInAsync(Server server, DevelopmentData data, int count, CancellationToken cancellation)
    {
        using var people = new People(server, DevelopmentData.Issuer);
        people._token = await AccessToken.FetchAsync(server, LoadRequest.Token(LoadRequest.TokenPath, data), cancellation);
        await people.RegisterAsync(
            "/admin/clients",
            new JsonObject
            {
                ["client_id"] = ClientId,
                ["client_name"] = "Benchmark",
                ["scope"] = "USER",
                ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
                ["redirect_uris"] = new JsonArray(RedirectUri),
                ["token_endpoint_auth_method"] = "none",
            },
            cancellation);
        List<string> cookies = [];

        for (var number = 0; number < count; number++)
        {
            cookies.Add(await people.EnrollAsync($"person-{number}", cancellation));
        }

        return cookies;
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> EnrollAsync(string userName, CancellationToken cancellation)
    {
        var user = await RegisterAsync(
            "/admin/users", new JsonObject { ["preferred_username"] = userName, ["scope"] = "USER" }, cancellation);
        var path = new Uri(user.GetProperty("enrollment_link").GetString()!).AbsolutePath;
        using var options = await PostAsync(path + "/options", new JsonObject(), null, cancellation);
        var begun = await options.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var answer = new JsonObject
        {
            ["ceremony"] = begun.GetProperty("ceremony").GetString(),
            ["credential"] = new Authenticator(_issuer).Create(begun.GetProperty("options")),
        };
        using var enrolled = await PostAsync(path, answer, CookieOf(options), cancellation);

        return CookieOf(enrolled);
    }

    private async Task<JsonElement> RegisterAsync(string path, JsonObject body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = JsonContent.Create(body),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", _token) },
        };
        using var response = await _http.SendAsync(request, cancellation);

        return await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(cancellation);
    }

    private async Task<HttpResponseMessage> PostAsync(string path, JsonObject body, string? cookie, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
            Headers = { { "Origin", _issuer }, { "Sec-Fetch-Site", "same-origin" } },
        };

        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        var response = await _http.SendAsync(request, cancellation);

        return response.EnsureSuccessStatusCode();
    }

    private static string CookieOf(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
}
