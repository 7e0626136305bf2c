using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Tokens;

/// <summary>An app with clients. In texts, {both}, {user} and so on stand for the secrets of these clients.</summary>
public sealed class TokenClients : IAsyncLifetime, IDisposable
{
    public const string Endpoint = "/oauth2/token";
    public const string Form = "application/x-www-form-urlencoded";

    public ApiFactory Api { get; } = new();

    public Dictionary<string, string> Secrets { get; } = [];

    public async Task InitializeAsync()
    {
        Secrets["both"] = await Api.AddClientAsync("both", "USER ADMIN");
        Secrets["user"] = await Api.AddClientAsync("user", "USER");
        Secrets["off"] = await Api.AddClientAsync("off", "USER", client => client with { Enabled = false });
        Secrets["none"] = await Api.AddClientAsync("none", "");
        Secrets["gone"] = await Api.AddClientAsync("gone", "USER RETIRED");
        Secrets["a.b~c"] = await Api.AddClientAsync("a.b~c", "USER");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => Api.Dispose();

    public Task<HttpResponseMessage> PostAsync(string? authorization, string body, string? contentType = Form)
    {
        var content = new StringContent(WithSecrets(body, Uri.EscapeDataString));
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        return Api.SendAsync(HttpMethod.Post, Endpoint, content, authorization is null ? [] : [("Authorization", authorization)]);
    }

    public static async Task AssertRefusedAsync(HttpResponseMessage response, int status, string error)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.Equal("no-cache", response.Headers.Pragma.ToString());
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["error", "error_description"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(error, body.GetProperty("error").GetString());
        Assert.Matches(@"^[\x20-\x21\x23-\x5B\x5D-\x7E]+$", body.GetProperty("error_description").GetString());
    }

    public static string[] Challenges(HttpResponseMessage response) =>
        response.Headers.TryGetValues("WWW-Authenticate", out var values) ? [.. values] : [];

    public string BasicOf(string clientId) => Header("Basic", $"{clientId}:{{{clientId}}}");

    public string Header(string scheme, string credentials) =>
        new AuthenticationHeaderValue(scheme, Convert.ToBase64String(Encoding.UTF8.GetBytes(WithSecrets(credentials)))).ToString();

    private string WithSecrets(string text, Func<string, string>? encode = null) => Secrets.Aggregate(
        text, (result, secret) => result.Replace($"{{{secret.Key}}}", encode?.Invoke(secret.Value) ?? secret.Value, StringComparison.Ordinal));
}
