using Api.Tests.Attacks;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The profile of JWT access tokens (RFC 9068).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc9068(Server server)
{
    [Statement("RFC 9068 §2.1", Given = "a token", When = "its header is read", Then = "alg is RS256, and never none")]
    public async Task Token_is_signed() =>
        Assert.Equal("RS256", Read(await server.TokenAsync(), 0).GetProperty("alg").GetString());

    [Statement("RFC 9068 §2.1",
        Given = "the default settings", When = "the header of a token is read", Then = "typ is at+jwt", Holds = false,
        Because = "it is JWT, because some gateways and libraries refuse at+jwt. The setting AccessTokenType=at+jwt changes it")]
    public async Task Type_is_jwt_by_default() =>
        Assert.Equal("JWT", Read(await server.TokenAsync(), 0).GetProperty("typ").GetString());

    [Statement("RFC 9068 §2.1",
        Given = "the setting AccessTokenType=at+jwt", When = "the header of a token is read", Then = "typ is at+jwt")]
    public async Task Type_can_be_set() =>
        Assert.Equal("at+jwt", Read(await server.Typed.GetTokenAsync("USER"), 0).GetProperty("typ").GetString());

    [Statement("RFC 9068 §2.2",
        Given = "a token", When = "its claims are read", Then = "iss, exp, aud, sub, client_id, iat and jti are present")]
    public async Task Claims_are_there() => Assert.Equal(
        ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"], Names(Read(await server.TokenAsync())));

    [Statement("RFC 9068 §2.2",
        Given = "the client credentials grant", When = "the claims are read", Then = "sub is the client")]
    public async Task Subject_is_the_client()
    {
        var claims = Read(await server.TokenAsync());

        Assert.Equal(("both", "both"), (claims.GetProperty("sub").GetString(), claims.GetProperty("client_id").GetString()));
    }

    [Statement("RFC 9068 §2.2.3",
        Given = "a request with scope", When = "the claims are read", Then = "scope is one string with spaces as separator")]
    public async Task Scope_is_one_string() =>
        Assert.Equal("USER ADMIN", Read(await server.TokenAsync("USER+ADMIN")).GetProperty("scope").GetString());

    [Statement("RFC 9068 §3",
        Given = "a request without resource", When = "the claims are read", Then = "aud is the default, the setting Audience")]
    public async Task Audience_has_a_default() =>
        Assert.Equal("api", Read(await server.TokenAsync()).GetProperty("aud").GetString());

    [Statement("RFC 9068 §3",
        Given = "a request with resource (RFC 8707)", When = "the claims are read", Then = "aud is that resource",
        Holds = false,
        Because = "resource is ignored like every unknown parameter. The server has one audience, and aud is always "
            + "this audience")]
    public async Task Resource_is_ignored() => Assert.Equal(
        "api", Read((await server.AskAsync($"{Grant}&resource=https%3A%2F%2Fother.example"))["access_token"]!).GetProperty("aud").GetString());

    [Statement("RFC 9068 §4",
        Given = "the setting AccessTokenType=at+jwt", When = "a token of type at+jwt is sent", Then = "it is accepted")]
    public async Task Type_is_accepted() => Assert.Equal(200, await StatusOfTypeAsync("at+jwt"));

    [Statement("RFC 9068 §4",
        Given = "the setting AccessTokenType=at+jwt", When = "typ is AT+JWT, the same media type",
        Then = "the token is accepted", Holds = false,
        Because = "it is refused. The comparison is case-sensitive, because the only issuer writes lower case")]
    public async Task Case_of_the_type_counts() => Assert.Equal(401, await StatusOfTypeAsync("AT+JWT"));

    [Statement("RFC 9068 §4",
        Given = "the setting AccessTokenType=at+jwt", When = "a token of type application/at+jwt is sent",
        Then = "it is accepted", Holds = false, Because = "it is refused, because the only issuer writes the short form")]
    public async Task Long_type_is_refused() => Assert.Equal(401, await StatusOfTypeAsync("application/at+jwt"));

    [Statement("RFC 9068 §4",
        Given = "a token", When = "iss, aud, exp or the signature is wrong", Then = "the response is 401 invalid_token")]
    public async Task Wrong_token_is_refused()
    {
        foreach (var what in new[] { "other iss", "other aud", "exp in the past", "exp missing", "another key under our kid" })
        {
            var answer = await server.CallAsync(BadTokens.All[what](server.Forge));

            Assert.Equal(401, answer.Status);
            Assert.Contains("invalid_token", answer.Challenge, StringComparison.Ordinal);
        }
    }

    [Statement("RFC 9068 §4",
        Given = "a resource server", When = "it needs the keys", Then = "it finds them through jwks_uri in the metadata")]
    public async Task Keys_are_found_by_the_metadata()
    {
        var address = new Uri((await server.MetadataAsync()).GetProperty("jwks_uri").GetString()!);

        Assert.Equal(200, (await server.CallAsync(null, address.AbsolutePath)).Status);
    }

    [Statement("RFC 9068 §5",
        Given = "additional claims of a client", When = "they include sub, client_id or scope",
        Then = "the client is not registered")]
    public async Task Claims_of_the_server_cannot_be_set()
    {
        foreach (var claim in new[] { "sub", "client_id", "scope", "aud", "iss" })
        {
            Assert.Equal(400, (await server.RegisterAsync($$"""
                "claims":{"{{claim}}":"other"}
                """)).Status);
        }
    }

    [Statement("RFC 9068 §5",
        Given = "a client", When = "another client is registered with the same ID",
        Then = "it is refused, so that no two clients have the same sub")]
    public async Task Two_clients_never_share_a_subject() =>
        Assert.Equal(409, (await server.RegisterAsync("\"client_id\":\"both\"")).Status);

    [Statement("RFC 9068 §6",
        Given = "a client", When = "its token is read",
        Then = "it has the registered claims of the client and no other data about it")]
    public async Task Nothing_else_is_in_the_token()
    {
        var client = await server.RegisterAsync("\"claims\":{\"tenant\":\"nord\"}");
        var answer = await server.AskAsync(client: client["client_id"], secret: client["client_secret"]);

        Assert.Equal(
            ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub", "tenant"], Names(Read(answer["access_token"]!)));
    }

    private async Task<int> StatusOfTypeAsync(string type) =>
        (await server.CallAsync(server.Forge.Sign(header: header => header["typ"] = type), api: server.Typed)).Status;
}
