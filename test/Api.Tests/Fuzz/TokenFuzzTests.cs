using System.Text;
using Api.Tests.Support;
using Xunit.Abstractions;

namespace Api.Tests.Fuzz;

/// <summary>The token endpoint and the protected route /user/me with random requests. Each gets a response of the RFCs.</summary>
[Trait("Kind", "Fuzz")]
public sealed class TokenFuzzTests(ITestOutputHelper output) : IDisposable
{
    private readonly ApiFactory _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Token_request_gets_a_token_or_a_refusal()
    {
        var secret = await _api.AddClientAsync("orders", "USER ADMIN");

        await Fuzzing.RunAsync(output, 100, [secret, "orders"], mutator => Request(mutator, secret), async request =>
            (await _api.PostTokenAsync(request.Body, request.ContentType, request.Authorization)).Outcome);
    }

    [Fact]
    public async Task Token_request_with_a_wrong_secret_gets_a_refusal()
    {
        await _api.AddClientAsync("orders", "USER ADMIN");
        var wrong = await _api.AddClientAsync("others", "USER ADMIN");

        // Without the id of the client that the secret belongs to.
        await Fuzzing.RunAsync(output, 100, ["orders"], mutator => Request(mutator, wrong), async request =>
        {
            var answer = await _api.PostTokenAsync(request.Body, request.ContentType, request.Authorization);

            Assert.NotEqual(200, answer.Status);

            return answer.Outcome;
        });
    }

    [Fact]
    public async Task Assertion_gets_a_token_only_as_it_was_signed()
    {
        var forge = await AddClientWithKeyAsync();

        await Fuzzing.RunAsync(
            output,
            100,
            Jwts.Words,
            mutator => forge.Sign() is var good ? new Changed(good, Jwts.Mutate(mutator, good)) : null!,
            async assertion =>
            {
                var answer = await PostAssertionAsync(assertion.Jwt);

                Assert.True(answer.Status is not 200 || Jwts.AreSame(assertion.Good, assertion.Jwt));

                return answer.Outcome;
            });
    }

    [Fact]
    public async Task Assertion_with_any_content_gets_a_token_or_a_refusal()
    {
        var forge = await AddClientWithKeyAsync();

        await Fuzzing.RunAsync(
            output,
            100,
            Jwts.Words,
            mutator => Jwts.MutateContent(mutator, forge.Sign()),
            async content => (await PostAssertionAsync(forge.SignText(content.Header, content.Payload))).Outcome);
    }

    [Fact]
    public async Task Access_token_opens_a_route_only_as_it_was_signed()
    {
        var good = await _api.GetTokenAsync("USER");

        await Fuzzing.RunAsync(output, 250, Jwts.Words, mutator => new Changed(good, Jwts.Mutate(mutator, good)), async token =>
        {
            var answer = await GetMeAsync(token.Jwt);

            Assert.True(answer.Status is 401 || Jwts.AreSame(good, token.Jwt.Trim()));

            return $"{answer.Status} {answer.Headers.WWWAuthenticate}";
        });
    }

    [Fact]
    public async Task Access_token_with_any_content_opens_a_route_or_is_refused()
    {
        var forge = new TokenForge(TestKeys.First, ApiFactory.Issuer, _api.Time.Now);
        var good = forge.Sign();

        await Fuzzing.RunAsync(output, 60, Jwts.Words, mutator => Jwts.MutateContent(mutator, good), async content =>
        {
            var answer = await GetMeAsync(forge.SignText(content.Header, content.Payload));

            Assert.Contains(answer.Status, (int[])[200, 401, 403]);

            return $"{answer.Status} {answer.Headers.WWWAuthenticate}";
        });
    }

    private static RawRequest Request(Mutator mutator, string secret)
    {
        var (form, json) = ("application/x-www-form-urlencoded", "application/json");
        var type = mutator.Choose(form, form, json, json, mutator.Mutate(form, json, "application/json; charset=utf-8"));
        var basic = $"Basic {Convert.ToBase64String(mutator.Mutate(Encoding.UTF8.GetBytes($"orders:{secret}")))}";
        byte[][] bodies = type == json
            ? [
                Encoding.UTF8.GetBytes(
                    $$"""{"grant_type":"client_credentials","client_id":"orders","client_secret":"{{secret}}","scope":"USER"}"""),
                """{"grant_type":"client_credentials","scope":"USER ADMIN"}"""u8.ToArray(),
            ]
            : [
                Encoding.UTF8.GetBytes($"grant_type=client_credentials&client_id=orders&client_secret={secret}&scope=USER"),
                "grant_type=client_credentials"u8.ToArray(),
            ];

        return new("POST", "/oauth2/token", mutator.Mutate(bodies), type, mutator.Choose(null, basic, mutator.Mutate(basic)));
    }

    private async Task<AssertionForge> AddClientWithKeyAsync()
    {
        var key = ClientKeyPair.Ec();
        await _api.AddClientAsync("orders", "USER", client => client with { Secrets = [], Keys = [key.Public()] });

        return new("orders", key, "ES256", _api.Time.Now);
    }

    private Task<RawAnswer> PostAssertionAsync(string jwt) => _api.PostTokenAsync(Encoding.UTF8.GetBytes(
        string.Join('&', ClientsWithKeys.ParametersOf(jwt).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))));

    private Task<RawAnswer> GetMeAsync(string token) => _api.SendAsync(new RawRequest("GET", "/user/me", [], null, $"Bearer {token}"));

    private sealed record Changed(string Good, string Jwt)
    {
        // In base64, so that the search for secrets in exceptions does not find it.
        public override string ToString() => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Good}\n{Jwt}"));
    }
}
