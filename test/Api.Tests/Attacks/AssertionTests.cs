using System.Net;
using System.Text.Json;
using Api.Clients;
using Api.Tests.Support;
using Microsoft.IdentityModel.Tokens;

namespace Api.Tests.Attacks;

/// <summary>The same attacks on client assertions (RFC 7523 §3), with the client's key in place of the server's.</summary>
public sealed class AssertionTests(AssertionTests.Server server) : IClassFixture<AssertionTests.Server>
{
    private const string ClientId = "client";

    // PS256 is allowed for assertions, kid is optional, and the gateway's limit applies to headers.
    private static readonly string[] GoodAssertions =
        ["PS256", "no kid, our key", "kid null", "x5t that names our key instead of kid", "longer than the gateway lets through"];

    // These do not fit into a body.
    private static readonly string[] TooLarge = ["a megabyte", "a megabyte of dots"];

    private static readonly Dictionary<string, Func<TokenForge, string>> Assertions = new[]
    {
        AlgorithmAttacks.Tokens,
        KeyAttacks.Tokens,
        SignatureAttacks.Tokens,
        SerializationAttacks.Tokens,
        JsonAttacks.Tokens,
    }.SelectMany(table => table).ToDictionary();

    public sealed class Server : IAsyncLifetime, IDisposable
    {
        public ApiFactory Api { get; } = new();

        internal TokenForge Forge => new(TestKeys.First, ClientId, Api.Time.Now) { Audience = ApiFactory.Issuer };

        public Task InitializeAsync() =>
            Api.AddClientAsync(ClientId, "USER", client => client with { Secrets = [], Keys = [PublicKey()] });

        public Task DisposeAsync() => Task.CompletedTask;

        public void Dispose() => Api.Dispose();

        private static ClientKey PublicKey() => ClientKey.Parse(JsonSerializer.SerializeToElement(new
        {
            kty = "RSA",
            kid = TestKeys.First.Kid,
            n = Base64UrlEncoder.Encode(TestKeys.First.Parameters.Modulus),
            e = "AQAB",
        }));
    }

    public static TheoryData<string> Bad => [.. Assertions.Keys.Except([.. GoodAssertions, .. TooLarge])];

    [Fact]
    public async Task Unchanged_assertion_is_accepted()
    {
        using var response = await ClientsWithKeys.PostAsync(
            server.Api, server.Forge.Sign(payload => payload["jti"] = "good"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Bad_assertion_is_refused(string what)
    {
        using var response = await ClientsWithKeys.PostAsync(server.Api, Assertions[what](server.Forge));

        await ClientsWithKeys.AssertRefusedAsync(response);
    }
}
