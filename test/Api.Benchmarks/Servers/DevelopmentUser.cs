using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Api.Benchmarks.Servers;

/// <summary>The first person of the app, who has made a passkey and is signed in, and a public client for people.</summary>
internal static partial class DevelopmentUser
{
    public const string ClientId = "benchmark";
    public const string RedirectUri = "https://app.example/callback";

    public static bool IsPrinted(string output) => Link().IsMatch(output);

    /// <summary>Registers the client, makes a passkey with the link that the app printed, and returns the cookie of the session.</summary>
    public static async Task<string> SignInAsync(Server server, string issuer, LoadRequest tokenRequest, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new(server.Address) };
        var token = await AccessToken.FetchAsync(server, tokenRequest, cancellation);
        var client = new JsonObject
        {
            ["client_id"] = ClientId,
            ["client_name"] = "Benchmark",
            ["scope"] = "USER",
            ["grant_types"] = new JsonArray("authorization_code"),
            ["redirect_uris"] = new JsonArray(RedirectUri),
            ["token_endpoint_auth_method"] = "none",
        };
        using var registration = new HttpRequestMessage(HttpMethod.Post, "/admin/clients")
        {
            Content = JsonContent.Create(client),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var registered = await http.SendAsync(registration, cancellation);
        registered.EnsureSuccessStatusCode();

        var path = Link().Match(server.Output).Groups[1].Value;
        var authenticator = new Authenticator(issuer);
        using var options = await PostAsync(path + "/options", new JsonObject(), null);
        var begun = await options.Content.ReadFromJsonAsync<JsonElement>(cancellation);
        var answer = new JsonObject
        {
            ["ceremony"] = begun.GetProperty("ceremony").GetString(),
            ["credential"] = authenticator.Create(begun.GetProperty("options")),
        };
        using var enrolled = await PostAsync(path, answer, CookieOf(options));

        return CookieOf(enrolled);

        async Task<HttpResponseMessage> PostAsync(string target, JsonObject body, string? cookie)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target)
            {
                Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"),
                Headers = { { "Origin", issuer }, { "Sec-Fetch-Site", "same-origin" } },
            };

            if (cookie is not null)
            {
                request.Headers.Add("Cookie", cookie);
            }

            var response = await http.SendAsync(request, cancellation);

            return response.EnsureSuccessStatusCode();
        }
    }

    private static string CookieOf(HttpResponseMessage response) => response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];

    [GeneratedRegex(@"http://[^/\s]+(/enroll/\S+)")]
    private static partial Regex Link();
}
