using System.Collections.Concurrent;
using System.Diagnostics;
using System.IdentityModel.Tokens.Jwt;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Api.Tests.Support;

namespace Api.Tests.Soak;

/// <summary>Sends valid and invalid requests, and checks that each gets the right response even if AWS fails.</summary>
internal sealed class Load(Instance[] instances, ClientKeyPair key, Figures figures)
{
    private const string NotNow = "503";
    private const string Lost = "lost with its process";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private readonly ConcurrentQueue<string> _wrong = [];
    private readonly List<(string Token, DateTimeOffset Until)> _tokens = [];
    private readonly ConcurrentDictionary<string, bool> _kids = [];

    /// <summary>The wrong responses.</summary>
    public IReadOnlyCollection<string> Wrong => _wrong;

    /// <summary>The kids of the tokens.</summary>
    public ICollection<string> Kids => _kids.Keys;

    public required string Secret { get; set; }

    public required string Administrator { get; init; }

    public async Task RunAsync(int seed, CancellationToken stop)
    {
        var random = new Random(seed);

        while (!stop.IsCancellationRequested)
        {
            await SendAsync(random, instances[random.Next(instances.Length)]);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private Task SendAsync(Random random, Instance instance) => random.Next(8) switch
    {
        0 => GetTokenAsync(instance, "secret", Form(("client_id", "orders"), ("client_secret", Secret))),
        1 => GetTokenAsync(instance, "private_key_jwt", new(Assertion())),
        2 => CheckAsync(instance, "new token", () => Get("/user/me", TokenOf(^1)), ["200", NotNow]),
        3 => CheckAsync(instance, "old token", () => Get("/user/me", TokenOf(random.Next(Living().Length))), ["200", NotNow]),
        4 => CheckAsync(instance, "key set", () => Get("/.well-known/jwks.json"), ["200", NotNow]),
        5 => CheckAsync(instance, "admin list", () => Get("/admin/clients", Administrator), ["200", NotNow]),
        6 => CheckAsync(instance, "bad token", () => Get("/user/me", Damaged(TokenOf(^1))), ["401", NotNow]),
        _ => CheckAsync(
            instance, "bad secret", () => Post(Form(("client_id", "orders"), ("client_secret", Damaged(Secret)))), ["401", NotNow]),
    };

    /// <summary>Gets a token and adds it to the tokens in use.</summary>
    public async Task GetTokenAsync(Instance instance, string kind, FormUrlEncodedContent form)
    {
        if (await CheckAsync(instance, kind, () => Post(form), ["200", NotNow]) is not { } body)
        {
            return;
        }

        var token = body.GetProperty("access_token").GetString()!;
        var read = new JwtSecurityToken(token);
        _kids[read.Header.Kid] = true;

        lock (_tokens)
        {
            // Before its last seconds, so that it does not expire during a request.
            _tokens.Add((token, new DateTimeOffset(read.ValidTo, TimeSpan.Zero) - TimeSpan.FromSeconds(35)));
        }
    }

    public static FormUrlEncodedContent Form(params (string Name, string Value)[] parameters) =>
        new(parameters.Append(("grant_type", "client_credentials")).ToDictionary(pair => pair.Item1, pair => pair.Item2));

    /// <summary>Sends a request, notes a wrong response, and returns the JSON of a response with status 200.</summary>
    private async Task<JsonElement?> CheckAsync(Instance instance, string kind, Func<HttpRequestMessage> make, string[] expected)
    {
        var (changes, watch) = (instance.Changes, Stopwatch.StartNew());
        JsonElement? body = null;
        string outcome;

        try
        {
            using var request = make();
            request.RequestUri = new(instance.Address + request.RequestUri);
            using var response = await Http.SendAsync(request);
            outcome = $"{(int)response.StatusCode}";
            body = outcome is "200" ? await response.Content.ReadFromJsonAsync<JsonElement>() : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or IOException)
        {
            var killed = changes % 2 is 1 || instance.Changes != changes;
            outcome = killed ? Lost : exception.GetType().Name;
        }

        figures.Took(kind, outcome, watch.Elapsed);

        // An instance that has loaded keys must not answer 503 where it needs only keys.
        if ((!expected.Contains(outcome) && outcome is not Lost)
            || (outcome is NotNow && instance.Name is "steady" && kind is "new token" or "old token" or "bad token" or "key set"))
        {
            _wrong.Enqueue($"{kind} at the {instance.Name} instance: {outcome}");
        }

        return body;
    }

    private static HttpRequestMessage Post(HttpContent content) =>
        new(HttpMethod.Post, new Uri("/oauth2/token", UriKind.Relative)) { Content = content };

    private static HttpRequestMessage Get(string path, string? token = null) => new(HttpMethod.Get, new Uri(path, UriKind.Relative))
    {
        Headers = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) },
    };

    private string[] Living()
    {
        lock (_tokens)
        {
            return [.. _tokens.Where(token => token.Until > DateTimeOffset.UtcNow).Select(token => token.Token)];
        }
    }

    private string TokenOf(Index index) => Living()[index];

    private Dictionary<string, string> Assertion() =>
        ClientsWithKeys.ParametersOf(new AssertionForge("robot", key, "ES256", DateTimeOffset.UtcNow).Sign());

    // Changes a character whose bits are all significant.
    private static string Damaged(string text) =>
        string.Concat(text.AsSpan(0, text.Length - 20), text[^20] is 'A' ? "B" : "A", text.AsSpan(text.Length - 19));
}
