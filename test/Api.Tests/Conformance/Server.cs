using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Conformance;

/// <summary>The server that the statements are about, its clients, and requests to it.</summary>
public sealed class Server : IAsyncLifetime, IDisposable
{
    public const string Grant = "grant_type=client_credentials";

    private const string Endpoint = "/oauth2/token";

    private readonly Dictionary<string, string> _secrets = [];
    private string _admin = "";

    public ClientsWithKeys Keys { get; } = new();

    public ApiFactory Api => Keys.Api;

    /// <summary>A second server, with the token type of RFC 9068.</summary>
    public ApiFactory Typed { get; } = new ApiFactory().Set("AccessTokenType", "at+jwt");

    /// <summary>Makes tokens with the server's key.</summary>
    internal TokenForge Forge => new(TestKeys.First, ApiFactory.Issuer, Api.Time.Now);

    public async Task InitializeAsync()
    {
        await Keys.InitializeAsync();

        foreach (var (clientId, scope) in new[] { ("both", "USER ADMIN"), ("user", "USER"), ("a.b~c", "USER") })
        {
            _secrets[clientId] = await Api.AddClientAsync(clientId, scope);
        }

        _secrets["disabled"] = await Api.AddClientAsync("disabled", "USER", client => client with { Enabled = false });
        _admin = await TokenAsync("ADMIN");
    }

    public string SecretOf(string clientId) => _secrets[clientId];

    public string Basic(string clientId, string? secret = null) =>
        $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Encode(clientId)}:{Encode(secret ?? SecretOf(clientId))}"))}";

    /// <summary>Requests a token. If a client is given, it authenticates with HTTP Basic.</summary>
    public Task<Answer> AskAsync(string form = Grant, string? client = "both", string? secret = null) =>
        PostAsync(Endpoint, form, "application/x-www-form-urlencoded", client is null ? null : Basic(client, secret));

    /// <summary>Requests a token with a client assertion.</summary>
    public Task<Answer> AskWithAsync(string assertion, string more = "") => AskAsync(
        $"{Grant}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}{more}",
        client: null);

    public async Task<string> TokenAsync(string scope = "USER") => (await AskAsync($"{Grant}&scope={scope}"))["access_token"]!;

    public Task<Answer> PostAsync(string path, string body, string type, string? authorization = null)
    {
        var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        return SendAsync(HttpMethod.Post, path, content, authorization is null ? [] : [("Authorization", authorization)]);
    }

    /// <summary>Registers a client as an administrator does.</summary>
    public Task<Answer> RegisterAsync(string members) => PostAsync(
        "/admin/clients", $$"""{"client_name":"Registered","scope":"USER",{{members}}}""", "application/json", $"Bearer {_admin}");

    public Task<Answer> RegisterKeysAsync(params JsonNode[] keys) =>
        RegisterAsync($"\"jwks\":{new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString()}");

    /// <summary>Calls a route with an access token.</summary>
    public Task<Answer> CallAsync(string? token, string path = "/user/me", ApiFactory? api = null) =>
        SendAsync(HttpMethod.Get, path, null, token is null ? [] : [("Authorization", $"Bearer {token}")], api);

    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        (string Name, string Value)[]? headers = null,
        ApiFactory? api = null)
    {
        var response = await (api ?? Api).SendAsync(method, path, content, headers ?? []);

        return new((int)response.StatusCode, response, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement> MetadataAsync() => (await CallAsync(null, "/.well-known/openid-configuration")).Json;

    /// <summary>The one published key.</summary>
    public async Task<JsonElement> KeyAsync() =>
        Assert.Single((await CallAsync(null, "/.well-known/jwks.json")).Json.GetProperty("keys").EnumerateArray());

    /// <summary>Part 1 of a token, the claims, or part 0, the header.</summary>
    public static JsonElement Read(string token, int part = 1) =>
        JsonSerializer.Deserialize<JsonElement>(Base64UrlEncoder.DecodeBytes(token.Split('.')[part]));

    public static string[] Names(JsonElement json) =>
        [.. json.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)];

    public static string[] Strings(JsonElement json, string member) =>
        [.. json.GetProperty(member).EnumerateArray().Select(value => value.GetString()!)];

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        Keys.Dispose();
        Typed.Dispose();
    }

    // The encoding of RFC 6749 §2.3.1, applied to all characters except letters and digits.
    private static string Encode(string text) => string.Concat(
        text.Select(character => char.IsAsciiLetterOrDigit(character) ? $"{character}" : $"%{(int)character:X2}"));
}

/// <summary>The tests that share the server.</summary>
[CollectionDefinition(Name)]
public sealed class SharedServer : ICollectionFixture<Server>
{
    public const string Name = "Conformance";
}
