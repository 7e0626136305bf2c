using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Api.Clients;
using Api.Configuration;
using Api.Keys;
using Api.OAuth;
using Api.Tests.Support;
using Xunit.Abstractions;

namespace Api.Tests.Fuzz;

/// <summary>The parsers with random input.</summary>
[Trait("Kind", "Fuzz")]
public sealed class ParserFuzzTests(ITestOutputHelper output)
{
    private static readonly string[] ParameterNames =
        ["grant_type", "scope", "client_id", "client_secret", "client_assertion_type", "client_assertion", "client_credentials"];

    private static readonly Client Client = new()
    {
        ClientId = "orders",
        ClientName = "Orders",
        Scopes = ["USER", "ADMIN"],
        Secrets = [new("s1", new byte[32], TestKeys.CreatedAt), new("s2", new byte[32], TestKeys.CreatedAt, TestKeys.CreatedAt)],
        Keys = [ClientKeyPair.Rsa().Public("rsa"), ClientKeyPair.Ec().Public("ec", "ES256")],
        Claims = ImmutableSortedDictionary<string, JsonElement>.Empty
            .Add("tenant", JsonSerializer.SerializeToElement("nord"))
            .Add("region", JsonSerializer.SerializeToElement(new { a = new[] { 1, 2.5 }, b = (string?)null })),
        AccessTokenLifetime = TimeSpan.FromMinutes(5),
        AccessTokenReuse = TimeSpan.FromSeconds(20),
        AuthenticationMethod = "private_key_jwt",
        JwksUri = new("https://client.example/jwks"),
        CreatedAt = TestKeys.CreatedAt,
    };

    [Fact]
    public Task Token_request_is_read_or_refused() => Fuzzing.RunAsync(
        output,
        1_000,
        ParameterNames,
        mutator => (Type: mutator.Choose("application/x-www-form-urlencoded", "application/json"), Body: mutator.Mutate(
            "grant_type=client_credentials&client_id=orders&client_secret=a%20b&scope=USER+ADMIN"u8.ToArray(),
            """{"grant_type":"client_credentials","client_id":"orders","client_secret":"s","scope":"USER","x":[1]}"""u8.ToArray())),
        request =>
        {
            var isRead = RequestParameters.TryParse(request.Type, request.Body, out var parameters, out var error);

            Assert.Equal(isRead, error is null);
            Assert.NotEqual(isRead, parameters is null);
            Assert.False(parameters is { GrantType: "" } or { Scope: "" } or { ClientId: "" } or { ClientSecret: "" });

            return isRead ? "read" : Described(error!);
        });

    [Fact]
    public Task Basic_credentials_are_read_or_refused()
    {
        Assert.True(RequestParameters.TryParse("application/json", "{}"u8.ToArray(), out var none, out _));

        return Fuzzing.RunAsync(
            output,
            1_000,
            [],
            mutator =>
            {
                var credentials = mutator.Mutate("orders:secret"u8.ToArray(), "%6Frders:s%C3%BC+c"u8.ToArray());
                var header = $"Basic {Convert.ToBase64String(credentials)}";

                return mutator.Choose(true, false) ? header : mutator.Mutate(header);
            },
            header =>
            {
                var isRead = PresentedCredentials.TryParse(header, none, out var credentials, out var error);

                Assert.NotEqual(isRead, credentials is null);

                return isRead ? Assert.IsType<PresentedSecret>(credentials).Method : Described(error!);
            });
    }

    [Fact]
    public Task Assertion_is_read_or_refused()
    {
        var (server, now) = (new AuthorizationServerOptions { Issuer = ApiFactory.Issuer }, TestKeys.CreatedAt);
        var good = new AssertionForge("orders", ClientKeyPair.Ec(), "ES256", now).Sign(header: header => header["kid"] = "1");

        return Fuzzing.RunAsync(
            output,
            1_000,
            Jwts.Words,
            mutator => Jwts.Mutate(mutator, good),
            jwt => !ClientAssertion.TryParse(jwt, out var assertion) ? "refused" : assertion.FindFault(server, now) ?? "no fault");
    }

    [Fact]
    public Task Key_ring_is_read_or_refused_without_quoting_it()
    {
        var one = KeyRingDocument.Write([TestKeys.First]);
        var two = KeyRingDocument.Write([TestKeys.First, TestKeys.Foreign]);

        string[] words = ["version", "keys", "kid", "created_at", "pkcs8"];

        return Fuzzing.RunAsync(output, 100, words, mutator => mutator.Mutate(one, two), json =>
        {
            try
            {
                var keys = KeyRingDocument.Parse(json);

                Assert.All(keys, key => Assert.True(key.VerifiesWhatItSigns()));

                return "read";
            }
            catch (FormatException exception)
            {
                Assert.False(Leaks.IsSecret(exception.ToString()));

                return "refused";
            }
        });
    }

    [Fact]
    public Task Client_is_read_or_refused_and_written_back_unchanged()
    {
        var good = Encoding.UTF8.GetBytes(ClientDocument.Write(Client));
        var least = Encoding.UTF8.GetBytes(ClientDocument.Write(
            new() { ClientId = Client.ClientId, ClientName = "a", Scopes = [], CreatedAt = TestKeys.CreatedAt }));

        return Fuzzing.RunAsync(output, 500, Jwts.Words, mutator => mutator.Mutate(good, least), json =>
        {
            try
            {
                var kept = ClientDocument.Write(ClientDocument.Parse(Client.ClientId, Encoding.UTF8.GetString(json), "1"));

                Assert.Equal(kept, ClientDocument.Write(ClientDocument.Parse(Client.ClientId, kept, "1")));

                return "read";
            }
            catch (FormatException)
            {
                return "refused";
            }
        });
    }

    [Fact]
    public Task Key_set_of_a_client_is_read_or_refused()
    {
        var (rsa, ec) = (ClientKeyPair.Rsa().Jwk("1", "RS256"), ClientKeyPair.Ec().Jwk("2"));
        var set = Encoding.UTF8.GetBytes($$"""{"keys":[{{rsa}},{{ec}}]}""");

        string[] words = ["keys", "kty", "use", "sig", "key_ops", "verify", "kid", "alg"];

        return Fuzzing.RunAsync(output, 500, words, mutator => mutator.Mutate(set), json =>
        {
            var keys = ClientKeySet.Parse(json);

            Assert.Equal(keys.Fault is null, !keys.Keys.IsEmpty);

            return keys.Fault ?? "read";
        });
    }

    private static string Described(OAuthError error)
    {
        Assert.InRange(error.Status, 400, 401);

        return error.Description;
    }
}
