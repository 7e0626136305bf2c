using System.Collections.Concurrent;
using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Keys;

/// <summary>The app with its keys in Secrets Manager while they rotate.</summary>
[Collection(MotoKeysCollection.Name)]
public sealed class KeysOnAwsTests(MotoServer moto) : AppOnSecretsManager(moto)
{
    [FactWith(Tool.Moto)]
    public async Task Three_rotations_under_load_lose_no_request_and_refuse_no_valid_token()
    {
        await Functions.InitializeAsync();
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
            await Functions.RotateAsync();

            // A day until the new key signs, a day until the last token of the old key has expired, and the hours of the caches.
            for (var halfHour = 0; halfHour < 104; halfHour++)
            {
                Time.Now += TimeSpan.FromMinutes(30);
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
            var now = Time.Now;
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

    [FactWith(Tool.Moto)]
    public async Task Token_of_a_key_that_another_instance_knows_first_is_accepted_in_the_same_request()
    {
        await Functions.InitializeAsync();
        using var behind = Start();
        var revokedToken = await behind.GetTokenAsync("USER ADMIN");
        await Functions.RevokeAsync(new JwtSecurityToken(revokedToken).Header.Kid);
        using var ahead = Start();
        var token = await ahead.GetTokenAsync("USER ADMIN");
        Time.Now += TimeSpan.FromMinutes(1);

        using var user = await behind.GetAsync("/user/me", token);
        using var forbidden = await behind.GetAsync("/user/me", await ahead.GetTokenAsync("ADMIN"));
        using var revoked = await behind.GetAsync("/user/me", revokedToken);

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized],
            [user.StatusCode, forbidden.StatusCode, revoked.StatusCode]);
    }

    [FactWith(Tool.Moto)]
    public async Task Tokens_with_unknown_kids_cause_one_request_in_30_seconds()
    {
        await Functions.InitializeAsync();
        using var api = Start();
        var token = await api.GetTokenAsync("USER");
        var requests = Proxy.Requests;

        for (var number = 0; number < 40; number++)
        {
            var header = Base64UrlEncoder.Encode($$"""{"alg":"RS256","kid":"made-up-{{number}}","typ":"JWT"}""");
            using var response = await api.GetAsync("/user/me", header + token[token.IndexOf('.', StringComparison.Ordinal)..]);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.StartsWith("Bearer realm=\"api\", error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(requests + 1, Proxy.Requests);
    }

    [FactWith(Tool.Moto)]
    public async Task Rotation_over_HTTP_is_refused_while_another_is_in_progress()
    {
        await Functions.InitializeAsync();
        using var api = Start();
        var token = await api.GetTokenAsync("ADMIN");

        using var accepted = await api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));
        Proxy.Answer = UnreliableProxy.Error(400, "InvalidRequestException");
        using var refused = await api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var times = await accepted.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(Time.Now.AddDays(1), times.GetProperty("signs_from").GetDateTimeOffset());
        Assert.Equal(Time.Now.AddHours(50).AddMinutes(2), times.GetProperty("previous_published_until").GetDateTimeOffset());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("InvalidRequestException: Made up by the test", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Single(api.Logs.Lines, line => line.Contains("Rotation of signing keys", StringComparison.Ordinal));
        Assert.DoesNotContain(api.Logs.Lines, line => line.Contains("outcome unknown", StringComparison.Ordinal));

        // A request without a response may have succeeded.
        Proxy.Answer = UnreliableProxy.Error(500, "InternalServiceError");
        using var unknown = await api.SendAsync(HttpMethod.Post, "/admin/keys/rotate", null, ("Authorization", $"Bearer {token}"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
        Assert.Single(api.Logs.Lines, line => line.Contains("Rotation (outcome unknown)", StringComparison.Ordinal));
    }

    [FactWith(Tool.Moto)]
    public async Task Overdue_rotation_is_reported_in_the_log_and_over_HTTP()
    {
        await Functions.InitializeAsync();
        using var api = Start();
        Time.Now += TimeSpan.FromDays(60);

        using var response = await api.GetAsync("/admin/keys", await api.GetTokenAsync("ADMIN"));

        var list = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Contains("more than twice", list.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Single(api.Logs.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [FactWith(Tool.Moto)]
    public async Task Program_finds_Secrets_Manager_by_the_environment()
    {
        await Functions.InitializeAsync();
        using var folder = new TemporaryFolder();

        await using var api = await ApiProcess.StartAsync(
            folder["data"],
            new Dictionary<string, string>
            {
                ["AWS_ENDPOINT_URL"] = Proxy.Address,
                ["AWS_REGION"] = MotoServer.Region,
                ["AWS_ACCESS_KEY_ID"] = "test",
                ["AWS_SECRET_ACCESS_KEY"] = "test",
                ["SigningKeySecretId"] = Options.SigningKeySecretId,
            });

        using var http = new HttpClient();
        Assert.Contains("\"kid\":", await http.GetStringAsync(new Uri(api.Address + "/.well-known/jwks.json")), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder["data"], "signing-keys.json")));
    }

    /// <summary>A verifier that uses a key set for two hours.</summary>
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

            // The oldest and the newest valid token, and some between.
            var living = tokens.Where(token => token.Expires > now).Select(token => token.Token).ToArray();

            foreach (var token in living.Where((_, index) => index % ((living.Length / 10) + 1) is 0).Append(living[^1]))
            {
                var result = await new JwtSecurityTokenHandler().ValidateTokenAsync(token, new()
                {
                    IssuerSigningKeys = _keys.GetSigningKeys(),
                    TryAllIssuerSigningKeys = false,
                    ValidIssuer = ApiFactory.Issuer,
                    ValidAudience = "api",
                    // By the clock of the test.
                    LifetimeValidator = (_, expires, _, _) => expires > now.UtcDateTime,
                });
                Assert.True(result.IsValid, result.Exception?.Message);
            }
        }
    }
}
