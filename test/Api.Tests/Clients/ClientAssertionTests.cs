using System.Net;
using System.Text.Json.Nodes;
using Api.Tests.Support;

namespace Api.Tests.Clients;

/// <summary>Valid and invalid client assertions (RFC 7523 §3) at POST /oauth2/token.</summary>
public sealed class ClientAssertionTests(ClientsWithKeys clients) : IClassFixture<ClientsWithKeys>
{
    private const string TokenEndpoint = ApiFactory.Issuer + "/oauth2/token";

    private static readonly string Long = new('a', 257);

    private static readonly Dictionary<string, Func<AssertionForge, string>> Good = new()
    {
        ["aud is the token endpoint"] = forge => forge.Sign(payload => payload["aud"] = TokenEndpoint),
        ["aud is a list of one"] = forge => forge.Sign(payload => payload["aud"] = new JsonArray(ApiFactory.Issuer)),
        ["exp is 29 seconds ago"] = forge => forge.Sign(payload => payload["exp"] = forge.Now - 29),
        ["exp is in 5 minutes and the skew"] = forge => forge.Sign(payload => payload["exp"] = forge.Now + 330),
        ["exp has a fraction"] = forge => forge.Sign(payload => payload["exp"] = forge.Now + 0.5),
        ["iat and nbf are within the skew"] = forge => forge.Sign(payload => (payload["iat"], payload["nbf"]) = (forge.Now + 30, forge.Now + 30)),
        ["jti has 256 characters"] = forge => forge.Sign(payload => payload["jti"] = $"{Guid.NewGuid():N}" + Long[..224]),
        ["typ is JWT"] = forge => forge.Sign(header: header => header["typ"] = "JWT"),
        ["typ is that of assertions"] = forge => forge.Sign(header: header => header["typ"] = "client-authentication+jwt"),
        ["kid of a key that has none"] = forge => forge.Sign(header: header => header["kid"] = "any"),
        ["claims of its own"] = forge => forge.Sign(payload => payload["other"] = new JsonArray(1, "two")),
    };

    public static TheoryData<string> GoodOnes => [.. Good.Keys];

    [Theory]
    [MemberData(nameof(GoodOnes))]
    public async Task Valid_assertion_is_accepted(string what)
    {
        using var response = await ClientsWithKeys.PostAsync(clients.Api, Good[what](clients.Forge()));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static readonly Dictionary<string, (Func<AssertionForge, ClientsWithKeys, string> Make, string Reason)> Bad = new()
    {
        ["exp is past"] = ((forge, _) => forge.Sign(payload => payload["exp"] = forge.Now - 30), "has expired"),
        ["exp is too far ahead"] = (
            (forge, _) => forge.Sign(payload => payload["exp"] = forge.Now + 331),
            "exp of the assertion is more than 5 minutes ahead"),
        ["exp is beyond all numbers"] = (
            (forge, _) => forge.SignText("""{"alg":"RS256"}""", Payload(forge, exp: "1e999")),
            "more than 5 minutes ahead"),
        ["exp is endless"] = ((forge, _) => forge.Sign(payload => payload["exp"] = double.MaxValue), "more than 5 minutes ahead"),
        ["exp is text"] = ((forge, _) => forge.Sign(payload => payload["exp"] = $"{forge.Now + 60}"), "wrong type"),
        ["exp is missing"] = ((forge, _) => forge.Sign(payload => payload.Remove("exp")), "has no exp"),
        ["nbf is ahead"] = ((forge, _) => forge.Sign(payload => payload["nbf"] = forge.Now + 31), "nbf or iat"),
        ["iat is ahead"] = ((forge, _) => forge.Sign(payload => payload["iat"] = forge.Now + 31), "nbf or iat"),
        ["aud is another"] = (
            (forge, _) => forge.Sign(payload => payload["aud"] = "https://other.example"),
            "neither the issuer"),
        ["aud has a slash more"] = (
            (forge, _) => forge.Sign(payload => payload["aud"] = ApiFactory.Issuer + "/"),
            "neither the issuer"),
        ["aud is of another case"] = (
            (forge, _) => forge.Sign(payload => payload["aud"] = ApiFactory.Issuer.ToUpperInvariant()),
            "neither the issuer"),
        ["aud is the audience of access tokens"] = (
            (forge, _) => forge.Sign(payload => payload["aud"] = "api"),
            "neither the issuer"),
        ["aud has several"] = (
            (forge, _) => forge.Sign(payload => payload["aud"] = new JsonArray(ApiFactory.Issuer, "https://b.example")),
            "more than one"),
        ["aud is our two names"] = (
            (forge, _) => forge.Sign(payload => payload["aud"] = new JsonArray(ApiFactory.Issuer, TokenEndpoint)),
            "more than one"),
        ["aud is an empty list"] = ((forge, _) => forge.Sign(payload => payload["aud"] = new JsonArray()), "has no aud"),
        ["aud is missing"] = ((forge, _) => forge.Sign(payload => payload.Remove("aud")), "has no aud"),
        ["aud is a number"] = ((forge, _) => forge.Sign(payload => payload["aud"] = 1), "wrong type"),
        ["iss is another"] = ((forge, _) => forge.Sign(payload => payload["iss"] = "ec"), "they differ"),
        ["iss is missing"] = ((forge, _) => forge.Sign(payload => payload.Remove("iss")), "is missing"),
        ["sub is missing"] = ((forge, _) => forge.Sign(payload => payload.Remove("sub")), "is missing"),
        ["sub is null"] = ((forge, _) => forge.Sign(payload => payload["sub"] = null), "is missing"),
        ["both are missing"] = (
            (forge, _) => forge.Sign(payload => Assert.True(payload.Remove("sub") && payload.Remove("iss"))),
            "is missing"),
        ["both are a number"] = ((forge, _) => forge.Sign(payload => (payload["iss"], payload["sub"]) = (1, 1)), "wrong type"),
        ["client is unknown"] = (
            (forge, _) => forge.Sign(payload => (payload["iss"], payload["sub"]) = ("nobody", "nobody")),
            "client is unknown"),
        ["client id is endless"] = (
            (forge, _) => forge.Sign(payload => (payload["iss"], payload["sub"]) = (Long, Long)),
            "client is unknown"),
        ["jti is missing"] = ((forge, _) => forge.Sign(payload => payload.Remove("jti")), "jti of the assertion"),
        ["jti is empty"] = ((forge, _) => forge.Sign(payload => payload["jti"] = ""), "jti of the assertion"),
        ["jti has 257 characters"] = ((forge, _) => forge.Sign(payload => payload["jti"] = Long), "jti of the assertion"),
        ["jti is a number"] = ((forge, _) => forge.Sign(payload => payload["jti"] = 1), "wrong type"),
        ["jti is half a character"] = ((forge, _) => forge.SignText("""{"alg":"RS256"}""", """{"jti":"\ud800"}"""), "wrong type"),
        ["alg is none, unsigned"] = ((forge, _) => forge.Unsigned("none"), "not a JWT of three parts"),
        ["alg is none"] = ((forge, _) => forge.Unsigned("none") + "AAAA", "alg of the assertion"),
        ["alg is missing"] = ((forge, _) => forge.Sign(header: header => header.Remove("alg")), "alg of the assertion"),
        ["alg is HS256 with the public key"] = ((forge, all) => forge.Hmac(all.Rsa.PublicPem()), "alg of the assertion"),
        ["alg is RS384"] = ((forge, _) => forge.Sign(header: header => header["alg"] = "RS384"), "alg of the assertion"),
        ["alg is of another case"] = (
            (forge, _) => forge.Sign(header: header => header["alg"] = "rs256"),
            "alg of the assertion"),
        ["alg is not the key's"] = ((_, all) => all.Forge("ps256").Sign(), "no key for the alg"),
        ["alg is of another kind of key"] = ((_, all) => all.Forge("rsa", "ES256").Sign(), "no key for the alg"),
        ["alg says PS256, and is RS256"] = (
            (forge, _) => forge.SignText("""{"alg":"PS256"}""", Payload(forge), name: "RS256"),
            "signature of the assertion"),
        ["typ is that of an access token"] = (
            (forge, _) => forge.Sign(header: header => header["typ"] = "at+jwt"),
            "typ of the assertion"),
        ["crit"] = ((forge, _) => forge.Sign(header: header => header["crit"] = new JsonArray("exp")), "has a crit"),
        ["crit that is null"] = ((forge, _) => forge.Sign(header: header => header["crit"] = null), "has a crit"),
        ["member of the header occurs twice"] = ((forge, _) => forge.SignWith(header: "\"alg\":\"none\","), "is repeated"),
        ["claim occurs twice"] = ((forge, _) => forge.SignWith(payload: "\"jti\":\"1\","), "is repeated"),
        ["claim within a claim occurs twice"] = (
            (forge, _) => forge.SignWith(payload: "\"x\":{\"y\":1,\"y\":2},"),
            "is repeated"),
        ["key is another one"] = ((forge, all) => forge.Sign(key: all.OtherRsa), "signature of the assertion"),
        ["key comes with the assertion"] = (
            (forge, all) => forge.Sign(key: all.OtherRsa, header: header => header["jwk"] = all.OtherRsa.Jwk()),
            "signature of the assertion"),
        ["key is that of another client"] = (
            (_, all) => new AssertionForge("other", all.Rsa, "RS256", all.Api.Time.Now).Sign(),
            "signature of the assertion"),
        ["kid is that of another key"] = (
            (_, all) => all.Forge("several").Sign(header: header => header["kid"] = "one"),
            "signature of the assertion"),
        ["kid is unknown"] = (
            (_, all) => all.Forge("several").Sign(header: header => header["kid"] = "three"),
            "no key for the alg and kid"),
        ["kid is a number"] = ((forge, _) => forge.Sign(header: header => header["kid"] = 1), "wrong type"),
        ["client has no keys"] = ((_, all) => all.Forge("no-keys").Sign(), "no key for the alg"),
        ["client is pinned to its secret"] = (
            (_, all) => all.Forge("secret").Sign(),
            "may not authenticate with private_key_jwt"),
        ["payload was changed"] = ((forge, _) => Replace(forge.Sign(), 1, forge.Sign()), "signature of the assertion"),
        ["header was changed"] = (
            (forge, _) => Replace(forge.Sign(), 0, forge.Sign(header: header => header["typ"] = "JWT")),
            "signature of the assertion"),
        ["signature is cut"] = ((forge, _) => forge.Sign()[..^4], "signature of the assertion"),
        ["signature is empty"] = ((forge, _) => forge.Sign()[..(forge.Sign().LastIndexOf('.') + 1)], "not a JWT"),
        ["signature of ECDSA is zero"] = ((_, all) => all.Forge("ec", "ES256").Sign().Split('.') is [var header, var payload, _]
            ? $"{header}.{payload}.{new string('A', 86)}" : "", "signature of the assertion"),
        ["signature is no base64url"] = ((forge, _) => forge.Sign()[..^4] + "$$$$", "not a JWT of three parts"),
        ["space in the signature"] = ((forge, _) => forge.Sign().Insert(forge.Sign().Length - 8, " "), "not a JWT of three parts"),
        ["line break behind the signature"] = ((forge, _) => forge.Sign() + "\n", "not a JWT of three parts"),
        ["it is no JWT"] = ((_, _) => "garbage", "not a JWT of three parts"),
        ["it is three dots"] = ((_, _) => "...", "not a JWT of three parts"),
        ["it is nothing in three parts"] = ((_, _) => "..x", "not a JWT of three parts"),
        ["it has five parts"] = ((forge, _) => forge.Sign() + ".a.b", "not a JWT of three parts"),
        ["it has two parts"] = ((forge, _) => forge.Sign()[..forge.Sign().LastIndexOf('.')], "not a JWT of three parts"),
        ["header is a list"] = ((forge, _) => forge.SignText("[]", "{}"), "not a JWT of three parts"),
        ["payload is no JSON"] = ((forge, _) => forge.SignText("""{"alg":"RS256"}""", "{"), "not a JWT of three parts"),
        ["payload is deep"] = (
            (forge, _) => forge.SignWith(payload: $"\"x\":{new string('[', 99)}{new string(']', 99)},"),
            "not a JWT of three parts"),
    };

    public static TheoryData<string> BadOnes => [.. Bad.Keys];

    [Theory]
    [MemberData(nameof(BadOnes))]
    public async Task Invalid_assertion_is_refused(string what)
    {
        var (make, reason) = Bad[what];
        var assertion = make(clients.Forge(), clients);
        clients.Api.Logs.Lines.Clear();

        using var response = await ClientsWithKeys.PostAsync(clients.Api, assertion);

        await ClientsWithKeys.AssertRefusedAsync(response);
        var line = Assert.Single(clients.Api.Logs.Lines, line => line.Contains("Token refused", StringComparison.Ordinal));
        Assert.Contains(reason, line, StringComparison.Ordinal);
        clients.AssertNotInTheLog(assertion);
    }

    private static string Payload(AssertionForge forge, string? exp = null) =>
        $$"""{"iss":"rsa","sub":"rsa","aud":"{{ApiFactory.Issuer}}","exp":{{exp ?? $"{forge.Now + 60}"}},"jti":"{{Guid.NewGuid()}}"}""";

    private static string Replace(string assertion, int part, string other)
    {
        var parts = assertion.Split('.');
        parts[part] = other.Split('.')[part];

        return string.Join('.', parts);
    }
}
