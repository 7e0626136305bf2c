using System.Net;
using System.Text.Json.Nodes;
using Api.Tests.Attacks;
using Api.Tests.Support;
using static Api.Tests.Gateway.GatewayCaller;

namespace Api.Tests.Gateway;

/// <summary>The published app behind the gateway of serverless.template: which tokens and paths both accept.</summary>
[Collection(GatewayCollection.Name)]
public sealed class GatewayTests(GatewayTests.Deployed deployed) : IClassFixture<GatewayTests.Deployed>
{
    // The gateway does not check typ and sub, accepts RS384 and RS512, and accepts client_id in place of a missing aud. Its limit of
    // 10,240 bytes is not emulated. The app refuses these tokens.
    private static readonly string[] RefusedByTheAppAlone =
    [
        .. ClaimAttacks.Tokens.Keys.Where(name => name.StartsWith("typ ", StringComparison.Ordinal) || name.StartsWith("sub ", StringComparison.Ordinal)),
        "RS384", "RS512", "aud missing and client_id like it", "two actors", "longer than the gateway lets through",
    ];

    /// <summary>The deployment that the tests share.</summary>
    public sealed class Deployed(MotoServer moto) : IAsyncLifetime
    {
        internal Stack Stack { get; private set; } = null!;

        internal TokenForge Forge { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            // The tests that need it are skipped, with the reason.
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
    public async Task First_client_gets_a_token_for_the_routes_of_its_scope()
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
    public async Task Gateway_and_app_agree_on_the_scope_of_a_valid_token(string path, string scope, bool isLetIn)
    {
        var token = deployed.Forge.Sign(payload => payload["scope"] = scope);

        await AssertAsync(path, token, isLetIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden);
    }

    // How the gateway reads a text that is not a JWT is not known, and HTTP clients cannot send every such text.
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
    public async Task Bad_token_is_refused_by_the_gateway_and_by_the_app(string what)
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
    public async Task Protected_path_is_refused_without_a_token(string path) => await AssertAsync(path, null, HttpStatusCode.Unauthorized);

    [TheoryWith(Tool.Gateway)]
    [InlineData("/ADMIN/keys")]
    [InlineData("/User/me")]
    [InlineData("//admin/keys")]
    [InlineData("/administrator")]
    [InlineData("/oauth2/token/")]
    [InlineData("/swagger")]
    [InlineData("/")]
    [InlineData("/anything")]
    public async Task Path_without_a_route_does_not_reach_the_app(string path)
    {
        using var response = await GetAsync(deployed.Stack, path, deployed.Forge.Sign(payload => payload["scope"] = "USER ADMIN"));

        Assert.Equal("{\"message\":\"Not Found\"}", await response.Content.ReadAsStringAsync());
    }

    [FactWith(Tool.Gateway)]
    public async Task App_sends_the_challenge_of_RFC_6750()
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
}
