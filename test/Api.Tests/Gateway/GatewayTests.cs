using System.Collections.Concurrent;
using System.IdentityModel.Tokens.Jwt;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Clients;
using Api.Tests.Attacks;
using Api.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Api.Tests.Gateway;

/// <summary>The published app behind the gateway of serverless.template, from an empty secret to a guarded answer.</summary>
[Collection(MotoCollection.Name)]
public sealed class GatewayTests(MotoServer moto, GatewayTests.Deployed deployed) : IClassFixture<GatewayTests.Deployed>
{
    // The gateway does not look at typ and sub, takes every RSA signature and a client_id in the place of aud, and its limit of 10,240
    // bytes is not emulated; the app is the second lock.
    private static readonly string[] RefusedByTheAppAlone =
    [
        .. ClaimAttacks.Tokens.Keys.Where(name => name.StartsWith("typ ", StringComparison.Ordinal) || name.StartsWith("sub ", StringComparison.Ordinal)),
        "RS384", "RS512", "aud missing and client_id like it", "two actors", "longer than the gateway lets through",
    ];

    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>A deployment that the tests share.</summary>
    public sealed class Deployed(MotoServer moto) : IAsyncLifetime
    {
        internal Stack Stack { get; private set; } = null!;

        internal TokenForge Forge { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            // The tests that need it are skipped then, with the reason.
            if (ExternalTools.ReasonToSkip(Tool.Gateway) is null)
            {
                Stack = await Stack.DeployAsync(moto);
                Forge = new((await Stack.LoadRingAsync()).Newest, Stack.Api.Address, DateTimeOffset.UtcNow, lifetime: TimeSpan.FromMinutes(10))
                {
                    ClientId = "admin",
                };
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

    // How the gateway reads what is no JWT nor JSON is not known, and not every such text can be sent to it.
    public static TheoryData<string> Bad =>
    [
        .. AlgorithmAttacks.Tokens.Keys,
        .. KeyAttacks.Tokens.Keys,
        .. SignatureAttacks.Tokens.Keys,
        .. ClaimAttacks.Tokens.Keys,
        .. ClaimAttacks.Untimely.Keys,
        "no JWT", "two parts", "longer than the gateway lets through",
    ];

    [TheoryWith(Tool.Gateway)]
    [MemberData(nameof(Bad))]
    public async Task Bad_token_is_refused_by_the_gateway_and_by_the_app_alone(string what)
    {
        var token = BadTokens.All[what](deployed.Forge);

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

            Assert.Equal("Bearer realm=\"api\", error=\"insufficient_scope\", scope=\"USER\"", response.Headers.WwwAuthenticate.ToString());
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
        await stack.MakeFirstKeyAsync();
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

    [FactWith(Tool.Gateway)]
    public async Task Client_that_the_first_client_makes_is_let_in_until_it_is_disabled_in_every_instance_within_a_minute()
    {
        await using var stack = await Stack.DeployAsync(moto, followsClock: true);
        await using var second = await stack.CreateApiInstanceAsync();
        var administrator = $"Bearer {await GetTokenAsync(stack)}";

        using var made = await SendAsync(
            stack,
            HttpMethod.Post,
            "/admin/clients",
            administrator,
            JsonContent.Create(new { client_id = "orders", client_name = "Orders", scope = "USER" }));
        var secret = await ReadAsync(made, "client_secret");
        var firstId = (await ReadAsync(made)).GetProperty("secrets")[0].GetProperty("id").GetString();
        using var token = await PostTokenAsync(stack, "orders", secret);
        using var user = await GetAsync(stack, "/user/me", await ReadAsync(token, "access_token"));
        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.OK], [made.StatusCode, user.StatusCode]);
        Assert.Equal(StatusCodes.Status200OK, await PostTokenAsync(second, secret));

        using var renewed = await SendAsync(stack, HttpMethod.Post, "/admin/clients/orders/secrets", administrator);
        var newSecret = await ReadAsync(renewed, "client_secret");
        using var removed = await SendAsync(stack, HttpMethod.Delete, $"/admin/clients/orders/secrets/{firstId}", administrator);
        using var withOld = await PostTokenAsync(stack, "orders", secret);
        using var withNew = await PostTokenAsync(stack, "orders", newSecret);
        stack.Time.Advance(ClientCache.Age);
        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.Unauthorized, HttpStatusCode.OK],
            [renewed.StatusCode, removed.StatusCode, withOld.StatusCode, withNew.StatusCode]);
        Assert.Equal(StatusCodes.Status401Unauthorized, await PostTokenAsync(second, secret));
        Assert.Equal(StatusCodes.Status200OK, await PostTokenAsync(second, newSecret));

        using var disabled = await SendAsync(
            stack, HttpMethod.Patch, "/admin/clients/orders", administrator, JsonContent.Create(new { enabled = false }));
        using var refused = await PostTokenAsync(stack, "orders", newSecret);
        stack.Time.Advance(ClientCache.Age);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest], [disabled.StatusCode, refused.StatusCode]);
        Assert.Equal("unauthorized_client", await ReadAsync(refused, "error"));
        Assert.Equal(StatusCodes.Status400BadRequest, await PostTokenAsync(second, newSecret));
    }

    private static async Task<int> PostTokenAsync(LambdaFunction instance, string secret) =>
        (await instance.SendAsync(GatewayRequest.Post(
            "/oauth2/token",
            "application/x-www-form-urlencoded",
            $"grant_type=client_credentials&client_id=orders&client_secret={secret}"))).Status;

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
        using var response = await PostTokenAsync(stack, "admin", stack.FirstClientSecret);
        Assert.True(response.StatusCode is HttpStatusCode.OK, await response.Content.ReadAsStringAsync());

        return await ReadAsync(response, "access_token");
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, string member) =>
        (await ReadAsync(response)).GetProperty(member).GetString()!;

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response) =>
        JsonSerializer.Deserialize<JsonElement>(await response.Content.ReadAsStringAsync());

    private static Task<HttpResponseMessage> PostTokenAsync(Stack stack, string clientId, string secret) => SendAsync(
        stack,
        HttpMethod.Post,
        "/oauth2/token",
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{clientId}:{secret}")),
        new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials" }));

    private static Task<HttpResponseMessage> GetAsync(Stack stack, string path, string? token) =>
        SendAsync(stack, HttpMethod.Get, path, token is null ? null : $"Bearer {token}");

    private static async Task<HttpResponseMessage> SendAsync(
        Stack stack, HttpMethod method, string path, string? authorization, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(stack.Api.Address + path)) { Content = content };

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await Http.SendAsync(request);
    }
}
