using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Protected;

/// <summary>The guard of /user and /admin (RFC 6750): what it lets in, and every token that it refuses.</summary>
public sealed class BearerTests(BearerTests.Server server) : IClassFixture<BearerTests.Server>
{
    public sealed class Server : IDisposable
    {
        public ApiFactory Api { get; } = new();

        public void Dispose() => Api.Dispose();
    }

    private const string Invalid = "Bearer error=\"invalid_token\", error_description=\"The access token is not valid.\"";
    private const string Expired = "Bearer error=\"invalid_token\", error_description=\"The access token is expired or not valid yet.\"";

    private long Now => server.Api.Time.Now.ToUnixTimeSeconds();

    [Fact]
    public async Task Token_made_by_these_tests_is_good_unless_it_is_changed() => await AssertAsync(Sign(), HttpStatusCode.OK, null);

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    [InlineData("BEARER")]
    public async Task Scheme_is_read_in_any_case(string scheme)
    {
        using var response = await server.Api.SendAsync(HttpMethod.Get, "/user/me", null, ("Authorization", $"{scheme} {Sign()}"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic YTpi")]
    [InlineData("Bearer")]
    public async Task Without_token_the_challenge_has_no_error(string? authorization)
    {
        using var response = await server.Api.SendAsync(
            HttpMethod.Get, "/user/me", null, authorization is null ? [] : [("Authorization", authorization)]);

        AssertChallenge(response, HttpStatusCode.Unauthorized, "Bearer");
    }

    [Theory]
    [InlineData("/user/me?access_token={0}")]
    [InlineData("/user/unknown")]
    [InlineData("/admin/unknown")]
    [InlineData("/USER/me")]
    [InlineData("/unknown")]
    public async Task Every_other_address_is_denied_without_token(string path)
    {
        using var response = await server.Api.GetAsync(path.Replace("{0}", Sign(), StringComparison.Ordinal));

        AssertChallenge(response, HttpStatusCode.Unauthorized, "Bearer");
    }

    public static TheoryData<string> Refused => [.. Tokens.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Bad_token_is_refused(string what) =>
        await AssertAsync(Tokens[what](this), HttpStatusCode.Unauthorized, what.Contains("time", StringComparison.Ordinal) ? Expired : Invalid);

    private static readonly Dictionary<string, Func<BearerTests, string>> Tokens = new()
    {
        ["alg none, no signature"] = test => test.Unsigned("none"),
        ["alg None, no signature"] = test => test.Unsigned("None"),
        ["alg none, with a signature"] = test => test.Unsigned("none") + "AAAA",
        ["HS256 with the public key as PEM"] = test => test.Hmac(PublicKey(rsa => Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()))),
        ["HS256 with the public key as DER"] = test => test.Hmac(PublicKey(rsa => rsa.ExportSubjectPublicKeyInfo())),
        ["HS256 with the modulus"] = test => test.Hmac(TestKeys.First.Parameters.Modulus!),
        ["RS384"] = test => test.Sign(header: header => header["alg"] = "RS384", hash: HashAlgorithmName.SHA384),
        ["PS256"] = test => test.Sign(header: header => header["alg"] = "PS256", padding: RSASignaturePadding.Pss),
        ["another key under our kid"] = test => test.Sign(key: TestKeys.Foreign),
        ["unknown kid"] = test => test.Sign(header: header => header["kid"] = TestKeys.Foreign.Kid, key: TestKeys.Foreign),
        ["unknown kid, our key"] = test => test.Sign(header: header => header["kid"] = "unknown"),
        ["no kid"] = test => test.Sign(header: header => header.Remove("kid")),
        ["kid in other case"] = test => test.Sign(header: header => header["kid"] = TestKeys.First.Kid.ToUpperInvariant()),
        ["other typ"] = test => test.Sign(header: header => header["typ"] = "at+jwt"),
        ["typ of an ID token"] = test => test.Sign(header: header => header["typ"] = "id+jwt"),
        ["no typ"] = test => test.Sign(header: header => header.Remove("typ")),
        ["other iss"] = test => test.Sign(payload => payload["iss"] = "https://other.example"),
        ["iss with slash"] = test => test.Sign(payload => payload["iss"] = ApiFactory.Issuer + "/"),
        ["no iss"] = test => test.Sign(payload => payload.Remove("iss")),
        ["other aud"] = test => test.Sign(payload => payload["aud"] = "other"),
        ["other aud with a line break"] = test => test.Sign(payload => payload["aud"] = "other\r\nX-Injected: 1"),
        ["no aud"] = test => test.Sign(payload => payload.Remove("aud")),
        ["exp in past time"] = test => test.Sign(payload => payload["exp"] = test.Now - 61),
        ["no exp at any time"] = test => test.Sign(payload => payload.Remove("exp")),
        ["nbf in future time"] = test => test.Sign(payload => payload["nbf"] = test.Now + 61),
        ["payload changed"] = test => Replace(test.Sign(), 1, Encode(test.Payload("ADMIN"))),
        ["header changed"] = test => Replace(test.Sign(), 0, Encode(new() { ["alg"] = "RS256", ["kid"] = TestKeys.First.Kid, ["typ"] = "JWT", ["x"] = 1 })),
        ["signature cut"] = test => test.Sign()[..^4],
        ["signature empty"] = test => test.Sign()[..(test.Sign().LastIndexOf('.') + 1)],
        ["two parts"] = test => test.Sign()[..test.Sign().LastIndexOf('.')],
        ["no JWT"] = _ => "no-token",
        ["longer than the gateway lets through"] = test => test.Sign(payload => payload["x"] = new string('a', 10_240)),
    };

    [Theory]
    [InlineData(-60)]
    [InlineData(-59)]
    public async Task Clocks_may_differ_by_a_minute(int seconds) => await AssertAsync(
        Sign(payload =>
        {
            payload["exp"] = Now + seconds + 1;
            payload["nbf"] = Now + 60;
        }),
        HttpStatusCode.OK,
        null);

    [Theory]
    [InlineData("/admin/keys", "USER", "ADMIN")]
    [InlineData("/admin/keys", "USER ADMINISTRATOR", "ADMIN")]
    [InlineData("/admin/keys", "admin", "ADMIN")]
    [InlineData("/user/me", "ADMIN", "USER")]
    [InlineData("/user/me", "", "USER")]
    [InlineData("/user/me", "XUSER USERX", "USER")]
    [InlineData("/user/me", null, "USER")]
    public async Task Token_without_the_scope_is_forbidden(string path, string? scope, string needed)
    {
        using var response = await server.Api.GetAsync(path, Sign(payload => payload["scope"] = scope));

        AssertChallenge(response, HttpStatusCode.Forbidden, $"Bearer error=\"insufficient_scope\", scope=\"{needed}\"");
    }

    [Fact]
    public async Task User_sees_the_claims_of_the_token_as_they_were_signed()
    {
        var payload = Payload("USER");
        payload["roles"] = new JsonArray("a");
        payload["limits"] = new JsonObject { ["daily"] = 10 };

        using var response = await server.Api.GetAsync("/user/me", Sign(body: payload));

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.True(JsonNode.DeepEquals(payload, JsonNode.Parse(await response.Content.ReadAsStringAsync())));
    }

    [Fact]
    public async Task Token_of_the_token_endpoint_opens_both_routes()
    {
        var token = await server.Api.GetTokenAsync("USER ADMIN");

        using var user = await server.Api.GetAsync("/user/me", token);
        using var admin = await server.Api.GetAsync("/admin/keys", token);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [user.StatusCode, admin.StatusCode]);
    }

    private async Task AssertAsync(string token, HttpStatusCode status, string? challenge)
    {
        using var response = await server.Api.GetAsync("/user/me", token);

        AssertChallenge(response, status, challenge);
    }

    private static void AssertChallenge(HttpResponseMessage response, HttpStatusCode status, string? challenge)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(challenge is null ? [] : [challenge], response.Headers.WwwAuthenticate.Select(value => value.ToString()));

        if (challenge is not null)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    private JsonObject Payload(string scope) => new()
    {
        ["iss"] = ApiFactory.Issuer,
        ["aud"] = "api",
        ["sub"] = "client",
        ["client_id"] = "client",
        ["scope"] = scope,
        ["iat"] = Now,
        ["exp"] = Now + 60,
        ["jti"] = "1",
    };

    // By hand: the library that signs for the app refuses to make most of these.
    private string Sign(
        Action<JsonObject>? payload = null,
        Action<JsonObject>? header = null,
        Api.Keys.SigningKey? key = null,
        HashAlgorithmName? hash = null,
        RSASignaturePadding? padding = null,
        JsonObject? body = null)
    {
        var head = Header("RS256");
        header?.Invoke(head);
        body ??= Payload("USER");
        payload?.Invoke(body);

        var content = $"{Encode(head)}.{Encode(body)}";
        using var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey((key ?? TestKeys.First).ExportPkcs8(), out _);
        var signature = rsa.SignData(
            Encoding.ASCII.GetBytes(content), hash ?? HashAlgorithmName.SHA256, padding ?? RSASignaturePadding.Pkcs1);

        return $"{content}.{Base64UrlEncoder.Encode(signature)}";
    }

    private string Unsigned(string algorithm) => $"{Encode(Header(algorithm))}.{Encode(Payload("USER"))}.";

    private string Hmac(byte[] key)
    {
        var content = $"{Encode(Header("HS256"))}.{Encode(Payload("USER"))}";

        return $"{content}.{Base64UrlEncoder.Encode(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(content)))}";
    }

    private static JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["kid"] = TestKeys.First.Kid, ["typ"] = "JWT" };

    private static byte[] PublicKey(Func<RSA, byte[]> export)
    {
        using var rsa = RSA.Create(TestKeys.First.Parameters);

        return export(rsa);
    }

    private static string Encode(JsonObject json) => Base64UrlEncoder.Encode(JsonSerializer.SerializeToUtf8Bytes(json));

    private static string Replace(string token, int part, string value)
    {
        var parts = token.Split('.');
        parts[part] = value;

        return string.Join('.', parts);
    }
}
