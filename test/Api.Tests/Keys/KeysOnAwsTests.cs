using System.Collections.Concurrent;
using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Amazon.SecretsManager;
using Api.Keys;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Keys;

/// <summary>The app with its keys in Secrets Manager: while they rotate, while AWS fails, and while another instance knows more.</summary>
[Collection(MotoCollection.Name)]
public sealed class KeysOnAwsTests(MotoServer moto) : IAsyncLifetime
{
    private readonly SettableTime _time = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private UnreliableProxy _proxy = null!;
    private KeyOptions _options = null!;
    private KeyFunctions _functions = null!;

    public async Task InitializeAsync()
    {
        _proxy = await UnreliableProxy.StartAsync(moto.Address);
        _options = new() { SigningKeySecretId = await moto.CreateSecretAsync() };
        _functions = new(moto, _options, _time);
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [FactWith(Tool.Moto)]
    public async Task Three_rotations_under_load_lose_no_request_and_refuse_no_living_token()
    {
        await _functions.InitializeAsync();
        using var api = Start();
        var secret = await api.AddClientAsync("load", "USER", client => client with { AccessTokenLifetime = TimeSpan.FromHours(24) });
        var (tokens, kids, requests) = (new ConcurrentQueue<(string Token, DateTimeOffset Expires)>(), new ConcurrentDictionary<string, bool>(), 0);
        var verifier = new CachingVerifier(api);
        using var stop = new CancellationTokenSource();
        var load = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await RequestAsync();
            }
        })).ToArray();

        for (var rotation = 0; rotation < 3; rotation++)
        {
            await _functions.RotateAsync();

            // A day until the new key signs, a day until the last token of the old one is dead, and the caches' hours.
            for (var halfHour = 0; halfHour < 104; halfHour++)
            {
                _time.Now += TimeSpan.FromMinutes(30);
                await RequestAsync();
                await verifier.CheckAsync(tokens);
            }
        }

        await stop.CancelAsync();
        await Task.WhenAll(load);
        Assert.True(requests > 300);
        Assert.Equal(4, kids.Count);

        async Task RequestAsync()
        {
            var now = _time.Now;
            using var response = await api.PostTokenAsync("load", secret);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var token = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
            kids[new JwtSecurityToken(token).Header.Kid] = true;
            using var user = await api.GetAsync("/user/me", token);
            Assert.Equal(HttpStatusCode.OK, user.StatusCode);
            tokens.Enqueue((token, now.AddHours(24)));
            Interlocked.Increment(ref requests);
        }
    }

    public static TheoryData<string> Outages => [.. Failures.Keys];

    private static readonly Dictionary<string, Func<HttpContext, Func<Task>, Task>> Failures = new()
    {
        ["stopped"] = UnreliableProxy.Drop,
        ["slow"] = UnreliableProxy.Delay,
        ["500"] = UnreliableProxy.Error(500, "InternalServiceError"),
        ["throttling"] = UnreliableProxy.Error(400, "ThrottlingException"),
        ["denied"] = UnreliableProxy.Error(400, "AccessDeniedException"),
        ["gone"] = UnreliableProxy.Error(400, "ResourceNotFoundException"),
        ["no JSON"] = (http, _) => http.Response.WriteAsync("<html>"),
        ["damaged"] = UnreliableProxy.Damage,
    };

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_with_a_ring_in_memory_is_not_noticed_but_in_the_log(string outage)
    {
        await _functions.InitializeAsync();
        using var api = Start();
        var secret = await api.AddClientAsync("client", "USER ADMIN");
        using var before = await api.PostTokenAsync("client", secret);
        _proxy.Answer = Failures[outage];
        _time.Now += TimeSpan.FromMinutes(6);

        using var token = await api.PostTokenAsync("client", secret);
        using var keys = await api.GetAsync("/.well-known/jwks.json");
        using var user = await api.GetAsync(
            "/user/me", (await before.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString());

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [token.StatusCode, keys.StatusCode, user.StatusCode]);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));

        // It ends, and the ring is loaded again.
        _proxy.Answer = UnreliableProxy.Forward;
        await _functions.RotateAsync();
        _time.Now += TimeSpan.FromMinutes(6);
        await WaitForAsync(async () => await CountKeysAsync(api) is 2);
    }

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Outages))]
    public async Task Outage_without_a_ring_is_answered_with_503_where_keys_are_needed(string outage)
    {
        if (outage is not "damaged")
        {
            await _functions.InitializeAsync();
        }

        _proxy.Answer = outage is "slow" ? Slower : Failures[outage];
        using var api = Start();
        var secret = await api.AddClientAsync("client", "USER ADMIN");

        using var token = await api.PostTokenAsync("client", secret);
        using var keys = await api.GetAsync("/.well-known/jwks.json");
        using var user = await api.GetAsync("/user/me", "a.b.c");
        using var metadata = await api.GetAsync("/.well-known/openid-configuration");
        using var health = await api.GetAsync("/health");

        foreach (var response in (HttpResponseMessage[])[token, keys, user])
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(5), response.Headers.RetryAfter?.Delta);
        }

        Assert.True(token.Headers.CacheControl?.NoStore);
        Assert.Equal("temporarily_unavailable", (await token.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
        Assert.Equal("application/problem+json", keys.Content.Headers.ContentType?.MediaType);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [metadata.StatusCode, health.StatusCode]);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));

        static async Task Slower(HttpContext http, Func<Task> forward)
        {
            await Task.Delay(TimeSpan.FromSeconds(8), http.RequestAborted);
            await forward();
        }
    }

    [FactWith(Tool.Moto)]
    public async Task Secret_without_keys_is_answered_with_503_until_there_is_one()
    {
        using var api = Start();
        using var before = await api.GetAsync("/.well-known/jwks.json");

        await _functions.InitializeAsync();
        _time.Now += TimeSpan.FromSeconds(1);
        using var after = await api.GetAsync("/.well-known/jwks.json");

        Assert.Equal([HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], [before.StatusCode, after.StatusCode]);
    }

    [FactWith(Tool.Moto)]
    public async Task Token_of_a_key_that_another_instance_knows_first_is_accepted_in_the_same_request()
    {
        await _functions.InitializeAsync();
        using var behind = Start();
        var revokedToken = await behind.GetTokenAsync("USER ADMIN");
        await _functions.RevokeAsync(new JwtSecurityToken(revokedToken).Header.Kid);
        using var ahead = Start();
        var token = await ahead.GetTokenAsync("USER ADMIN");
        _time.Now += TimeSpan.FromMinutes(1);

        using var user = await behind.GetAsync("/user/me", token);
        using var forbidden = await behind.GetAsync("/user/me", await ahead.GetTokenAsync("ADMIN"));
        using var revoked = await behind.GetAsync("/user/me", revokedToken);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized],
            [user.StatusCode, forbidden.StatusCode, revoked.StatusCode]);
    }

    [FactWith(Tool.Moto)]
    public async Task Tokens_of_made_up_keys_cause_one_request_in_thirty_seconds()
    {
        await _functions.InitializeAsync();
        using var api = Start();
        var token = await api.GetTokenAsync("USER");
        var requests = _proxy.Requests;

        for (var number = 0; number < 40; number++)
        {
            var header = Base64UrlEncoder.Encode($$"""{"alg":"RS256","kid":"made-up-{{number}}","typ":"JWT"}""");
            using var response = await api.GetAsync("/user/me", header + token[token.IndexOf('.', StringComparison.Ordinal)..]);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.StartsWith("Bearer realm=\"api\", error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(requests + 1, _proxy.Requests);
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_is_asked_for_over_HTTP_and_refused_while_another_is_under_way()
    {
        await _functions.InitializeAsync();
        using var api = Start();
        var token = await api.GetTokenAsync("ADMIN");

        using var accepted = await api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));
        _proxy.Answer = UnreliableProxy.Error(400, "InvalidRequestException");
        using var refused = await api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var times = await accepted.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(_time.Now.AddDays(1), times.GetProperty("signs_from").GetDateTimeOffset());
        Assert.Equal(_time.Now.AddHours(50).AddMinutes(2), times.GetProperty("previous_published_until").GetDateTimeOffset());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("InvalidRequestException: Made up by the test", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(api.Logs.Lines, line => line.Contains("Rotation of signing keys", StringComparison.Ordinal));
        Assert.DoesNotContain(api.Logs.Lines, line => line.Contains("outcome unknown", StringComparison.Ordinal));

        // What no answer comes to may have been done.
        _proxy.Answer = UnreliableProxy.Error(500, "InternalServiceError");
        using var unknown = await api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
        Assert.Single(api.Logs.Lines, line => line.Contains("Rotation (outcome unknown)", StringComparison.Ordinal));
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_that_nobody_does_is_warned_of_in_the_log_and_over_HTTP()
    {
        await _functions.InitializeAsync();
        using var api = Start();
        _time.Now += TimeSpan.FromDays(60);

        using var response = await api.GetAsync("/admin/keys", await api.GetTokenAsync("ADMIN"));

        var list = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains("more than twice", list.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [FactWith(Tool.Moto)]
    public async Task Program_finds_Secrets_Manager_by_the_environment()
    {
        await _functions.InitializeAsync();
        using var folder = new TemporaryFolder();

        await using var api = await ApiProcess.StartAsync(
            folder["data"],
            new Dictionary<string, string>
            {
                ["AWS_ENDPOINT_URL"] = _proxy.Address,
                ["AWS_REGION"] = MotoServer.Region,
                ["AWS_ACCESS_KEY_ID"] = "test",
                ["AWS_SECRET_ACCESS_KEY"] = "test",
                ["SigningKeySecretId"] = _options.SigningKeySecretId,
            });

        using var http = new HttpClient();
        Assert.Contains("\"kid\":", await http.GetStringAsync(new Uri(api.Address + "/.well-known/jwks.json")), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder["data"], "signing-keys.json")));
    }

    private ApiFactory Start() => new ApiFactory
    {
        Time = _time,
        Replace = services => services.AddSingleton(new Lazy<AmazonSecretsManagerClient>(() => MotoServer.ClientOf(_proxy.Address))),
    }.Set("SigningKeySecretId", _options.SigningKeySecretId);

    private static async Task<int> CountKeysAsync(ApiFactory api)
    {
        using var response = await api.GetAsync("/.well-known/jwks.json");

        return new JsonWebKeySet(await response.Content.ReadAsStringAsync()).Keys.Count;
    }

    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        for (var attempt = 0; !await condition(); attempt++)
        {
            Assert.True(attempt < 100);
            await Task.Delay(100);
        }
    }

    /// <summary>A verifier that keeps a key set for two hours, whatever tokens come.</summary>
    private sealed class CachingVerifier(ApiFactory api)
    {
        private static readonly TimeSpan Age = TimeSpan.FromHours(2);

        private JsonWebKeySet _keys = new();
        private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue;

        public async Task CheckAsync(IEnumerable<(string Token, DateTimeOffset Expires)> tokens)
        {
            var now = api.Time.Now;

            if (now - _fetchedAt >= Age)
            {
                using var response = await api.GetAsync("/.well-known/jwks.json");
                (_keys, _fetchedAt) = (new(await response.Content.ReadAsStringAsync()), now);
            }

            // The oldest and the newest that live, and some between.
            var living = tokens.Where(token => token.Expires > now).Select(token => token.Token).ToArray();

            foreach (var token in living.Where((_, index) => index % ((living.Length / 10) + 1) is 0).Append(living[^1]))
            {
                var result = await new JwtSecurityTokenHandler().ValidateTokenAsync(token, new()
                {
                    IssuerSigningKeys = _keys.GetSigningKeys(),
                    TryAllIssuerSigningKeys = false,
                    ValidIssuer = ApiFactory.Issuer,
                    ValidAudience = "api",
                    // By the clock of the test: these are alive.
                    LifetimeValidator = (_, expires, _, _) => expires > now.UtcDateTime,
                });
                Assert.True(result.IsValid, result.Exception?.Message);
            }
        }
    }
}
