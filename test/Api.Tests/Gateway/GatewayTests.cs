using System.Collections.Concurrent;
using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Tests.Support;

namespace Api.Tests.Gateway;

/// <summary>The published app behind the gateway of serverless.template, from an empty secret to a guarded answer.</summary>
[Collection(MotoCollection.Name)]
public sealed class GatewayTests(MotoServer moto, GatewayTests.Deployed deployed) : IClassFixture<GatewayTests.Deployed>
{
    // The gateway does not look at typ and takes every RSA signature, and its limit of 10,240 bytes is not emulated; the app is the
    // second lock.
    private static readonly string[] RefusedByTheAppAlone =
        ["other typ", "typ of an ID token", "no typ", "RS384", "longer than the gateway lets through"];

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>A deployment that the tests share.</summary>
    public sealed class Deployed(MotoServer moto) : IAsyncLifetime
    {
        internal Stack Stack { get; private set; } = null!;

        internal TokenForge Forge { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            // The tests that need it are skipped then, with the reason.
            if (Elsewhere.ReasonToSkip(Tool.Gateway) is null)
            {
                Stack = await Stack.DeployAsync(moto);
                Forge = new((await Stack.LoadRingAsync()).Newest, Stack.Api.Address, DateTimeOffset.UtcNow, lifetime: TimeSpan.FromMinutes(10));
            }
        }

        public async Task DisposeAsync()
        {
            if (Stack is not null)
            {
                await Stack.DisposeAsync();
            }
        }
    }

    [FactWith(Tool.Gateway)]
    public async Task First_client_gets_a_token_and_is_let_in_where_its_scope_reaches()
    {
        var token = await GetTokenAsync(deployed.Stack);

        using var admin = await GetAsync(deployed.Stack, "/admin/keys", token);
        using var user = await GetAsync(deployed.Stack, "/user/me", token);

        Assert.Equal(HttpStatusCode.OK, admin.StatusCode);
        Assert.Contains("\"state\":\"active\"", await admin.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, user.StatusCode);
        Assert.Equal("{\"message\":\"Forbidden\"}", await user.Content.ReadAsStringAsync());
    }

    [TheoryWith(Tool.Gateway)]
    [InlineData("/user/me", "USER", true)]
    [InlineData("/user/me", "ADMIN USER", true)]
    [InlineData("/user/me", "ADMIN", false)]
    [InlineData("/user/me", "user", false)]
    [InlineData("/user/me", "", false)]
    [InlineData("/admin/keys", "ADMIN", true)]
    [InlineData("/admin/keys", "USER", false)]
    [InlineData("/admin/keys", "USER ADMINISTRATOR", false)]
    public async Task Good_token_is_let_in_by_both_locks_or_neither(string path, string scope, bool isLetIn)
    {
        var token = deployed.Forge.Sign(payload => payload["scope"] = scope);

        await AssertAsync(path, token, isLetIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    public static TheoryData<string> Bad => [.. TokenForge.Bad.Keys];

    [TheoryWith(Tool.Gateway)]
    [MemberData(nameof(Bad))]
    public async Task Bad_token_is_refused_by_the_gateway_and_by_the_app_alone(string what)
    {
        var token = TokenForge.Bad[what](deployed.Forge);

        using var response = await GetAsync(deployed.Stack, "/user/me", token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var isRefusedByTheGateway = await response.Content.ReadAsStringAsync() is "{\"message\":\"Unauthorized\"}";
        Assert.Equal(!RefusedByTheAppAlone.Contains(what), isRefusedByTheGateway);
        await AssertAsync("/user/me", token, HttpStatusCode.Unauthorized);
    }

    [TheoryWith(Tool.Gateway)]
    [InlineData("/user")]
    [InlineData("/user/me")]
    [InlineData("/user/anything/else")]
    [InlineData("/admin")]
    [InlineData("/admin/keys")]
    [InlineData("/admin/anything")]
    public async Task Guarded_address_is_refused_without_token(string path) => await AssertAsync(path, null, HttpStatusCode.Unauthorized);

    [TheoryWith(Tool.Gateway)]
    [InlineData("/ADMIN/keys")]
    [InlineData("/User/me")]
    [InlineData("//admin/keys")]
    [InlineData("/administrator")]
    [InlineData("/oauth2/token/")]
    [InlineData("/swagger")]
    [InlineData("/")]
    [InlineData("/anything")]
    public async Task Address_without_route_never_reaches_the_app(string path)
    {
        using var response = await GetAsync(deployed.Stack, path, deployed.Forge.Sign(payload => payload["scope"] = "USER ADMIN"));

        Assert.Equal("{\"message\":\"Not Found\"}", await response.Content.ReadAsStringAsync());
    }

    [FactWith(Tool.Gateway)]
    public async Task Caller_of_the_app_is_told_in_the_words_of_the_RFC()
    {
        deployed.Stack.Api.ChecksTokens = false;

        try
        {
            using var response = await GetAsync(deployed.Stack, "/user/me", deployed.Forge.Sign(payload => payload["scope"] = "ADMIN"));

            Assert.Equal("Bearer error=\"insufficient_scope\", scope=\"USER\"", response.Headers.WwwAuthenticate.ToString());
        }
        finally
        {
            deployed.Stack.Api.ChecksTokens = true;
        }
    }

    [FactWith(Tool.Gateway)]
    public async Task Claims_arrive_as_they_were_signed()
    {
        var body = deployed.Forge.Payload("USER");
        body["roles"] = new JsonArray("a", "b");

        using var response = await GetAsync(deployed.Stack, "/user/me", deployed.Forge.Sign(body: body));

        Assert.True(JsonNode.DeepEquals(body, JsonNode.Parse(await response.Content.ReadAsStringAsync())));
    }

    [FactWith(Tool.Gateway)]
    public async Task Authorizer_cannot_be_made_without_the_gate_and_the_first_key()
    {
        await using var stack = await Stack.PrepareAsync(moto);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(stack.CreateAuthorizerAsync);

        Assert.Contains("Invalid issuer", failure.Message, StringComparison.Ordinal);
        using var response = await GetAsync(stack, "/user/me", null);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [FactWith(Tool.Gateway)]
    public async Task Authorizer_cannot_be_made_while_the_function_starts_too_slowly_and_the_gate_waits_for_that()
    {
        await using var stack = await Stack.PrepareAsync(moto);
        await stack.RotateAsync();
        stack.ApiFunction.StartDelay = TimeSpan.FromSeconds(2);

        await Assert.ThrowsAsync<InvalidOperationException>(stack.CreateAuthorizerAsync);

        await stack.ApiFunction.RecycleAsync();
        Assert.Equal("SUCCESS", (await stack.RunGateAsync()).GetProperty("Status").GetString());
        await stack.CreateAuthorizerAsync();
        using var response = await GetAsync(stack, "/admin/keys", await GetTokenAsync(stack));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [FactWith(Tool.Gateway)]
    public async Task Three_rotations_with_the_gateway_s_cache_at_its_worst_refuse_no_living_token()
    {
        await using var stack = await Stack.DeployAsync(moto, followsClock: true);
        var (tokens, kids) = (new ConcurrentQueue<string>(), new HashSet<string>());

        for (var rotation = 0; rotation < 3; rotation++)
        {
            await stack.RotateAsync();

            // 52 h: until the new key signs, and until the last token of the old one is dead. 50 min do not divide the cache's 2 h.
            for (var step = 0; step < 63; step++)
            {
                stack.Time.Advance(TimeSpan.FromMinutes(50));
                var token = await GetTokenAsync(stack);
                kids.Add(new JwtSecurityToken(token).Header.Kid);
                tokens.Enqueue(token);

                foreach (var living in tokens.Where(one => new JwtSecurityToken(one).ValidTo > stack.Time.GetUtcNow().UtcDateTime.AddSeconds(10)))
                {
                    using var response = await GetAsync(stack, "/admin/keys", living);
                    Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                }
            }
        }

        Assert.Equal(4, kids.Count);
    }

    private async Task AssertAsync(string path, string? token, HttpStatusCode status)
    {
        using var guarded = await GetAsync(deployed.Stack, path, token);
        deployed.Stack.Api.ChecksTokens = false;

        try
        {
            using var alone = await GetAsync(deployed.Stack, path, token);
            Assert.Equal([status, status], [guarded.StatusCode, alone.StatusCode]);
        }
        finally
        {
            deployed.Stack.Api.ChecksTokens = true;
        }
    }

    private static async Task<string> GetTokenAsync(Stack stack)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, stack.Api.Address + "/oauth2/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" }),
            Headers =
            {
                Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{stack.FirstClientSecret}"))),
            },
        };
        using var response = await Http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode is HttpStatusCode.OK, body);

        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("access_token").GetString()!;
    }

    private static async Task<HttpResponseMessage> GetAsync(Stack stack, string path, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(stack.Api.Address + path));

        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        return await Http.SendAsync(request);
    }
}
