using System.Text.Json.Nodes;
using Api.Tests.Support;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>Clients that authenticate with a JWT (RFC 7521, RFC 7523, and the draft that updates them).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc7523(Server server)
{
    private AssertionForge Forge => server.Keys.Forge();

    [Statement("RFC 7521 §4.2",
        Given = "a valid assertion", When = "client_assertion_type or client_assertion is missing",
        Then = "the request is refused")]
    public async Task Half_an_assertion_is_refused()
    {
        Assert.Equal(
            (400, "invalid_request"), (await server.AskAsync($"{Grant}&client_assertion={Forge.Sign()}", client: null)).Outcome);
        Assert.Equal((400, "invalid_request"), (await server.AskWithAsync("")).Outcome);
    }

    [Statement("RFC 7521 §4.2",
        Given = "a valid assertion", When = "client_id is omitted, or matches the assertion", Then = "it is accepted")]
    public async Task Client_id_is_optional()
    {
        Assert.Equal(200, (await server.AskWithAsync(Forge.Sign())).Status);
        Assert.Equal(200, (await server.AskWithAsync(Forge.Sign(), "&client_id=rsa")).Status);
    }

    [Statement("RFC 7521 §4.2",
        Given = "a valid assertion", When = "client_id is that of another client", Then = "it is refused")]
    public async Task Client_id_names_the_same_client() => await AssertRefusedAsync(Forge.Sign(), "&client_id=ec");

    [Statement("RFC 7521 §4.2",
        Given = "a valid assertion", When = "the request also has a client_secret or HTTP Basic",
        Then = "the request is refused")]
    public async Task One_method_in_a_request()
    {
        Assert.Equal((400, "invalid_request"), (await server.AskWithAsync(Forge.Sign(), "&client_secret=x")).Outcome);
        Assert.Equal((400, "invalid_request"), (await server.AskAsync($"{Grant}&client_assertion={Forge.Sign()}")).Outcome);
    }

    [Statement("RFC 7521 §4.2.1",
        Given = "an assertion", When = "it is invalid for any reason", Then = "the error is invalid_client without details")]
    public async Task Refusal_is_that_of_a_client()
    {
        var answer = await server.AskWithAsync(Forge.Sign(key: server.Keys.OtherRsa));

        Assert.Equal((401, "invalid_client"), answer.Outcome);
        Assert.Equal((await server.AskAsync(client: null)).Text, answer.Text);
    }

    [Statement("RFC 7523 §2.1",
        Given = "a valid assertion", When = "it is sent as an authorization grant",
        Then = "the grant is optional and not supported")]
    public async Task Assertion_is_no_grant() => Assert.Equal(
        (400, "unsupported_grant_type"),
        (await server.AskAsync($"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={Forge.Sign()}")).Outcome);

    [Statement("RFC 7523 §2.2",
        Given = "a client with a key", When = "it sends an assertion with the type jwt-bearer", Then = "it gets a token")]
    public async Task Assertion_authenticates() =>
        Assert.Equal(
            "rsa", Read((await server.AskWithAsync(Forge.Sign()))["access_token"]!).GetProperty("client_id").GetString());

    [Statement("RFC 7523 §2.2",
        Given = "two valid assertions", When = "client_assertion contains both", Then = "they are refused")]
    public async Task One_assertion_in_a_request() => await AssertRefusedAsync($"{Forge.Sign()}+{Forge.Sign()}");

    [Statement("RFC 7523 §2.2",
        Given = "a valid assertion", When = "client_assertion_type is that of SAML", Then = "it is refused")]
    public async Task Other_type_is_refused() => Assert.Equal((401, "invalid_client"), (await server.AskAsync(
        $"{Grant}&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Asaml2-bearer&client_assertion={Forge.Sign()}",
        client: null)).Outcome);

    [Statement("RFC 7523 §3", Given = "an assertion", When = "iss, sub, aud or exp is missing", Then = "it is refused")]
    public async Task Claims_are_needed()
    {
        foreach (var claim in new[] { "iss", "sub", "aud", "exp" })
        {
            await AssertRefusedAsync(Forge.Sign(payload => payload.Remove(claim)));
        }
    }

    [Statement("RFC 7523 §3", Given = "an assertion", When = "iss or sub is not the client", Then = "it is refused")]
    public async Task Issuer_and_subject_are_the_client()
    {
        await AssertRefusedAsync(Forge.Sign(payload => payload["iss"] = "other"));
        await AssertRefusedAsync(Forge.Sign(payload => payload["sub"] = "other"));
    }

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "aud is the issuer or the token endpoint",
        Then = "it is accepted, because both identify this server")]
    public async Task Audience_is_this_server()
    {
        foreach (var audience in new[] { ApiFactory.Issuer, ApiFactory.Issuer + "/oauth2/token" })
        {
            Assert.Equal(200, (await server.AskWithAsync(Forge.Sign(payload => payload["aud"] = audience))).Status);
        }
    }

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "aud is another server, or differs by a slash", Then = "it is refused")]
    public async Task Other_audience_is_refused()
    {
        await AssertRefusedAsync(Forge.Sign(payload => payload["aud"] = "https://other.example"));
        await AssertRefusedAsync(Forge.Sign(payload => payload["aud"] = ApiFactory.Issuer + "/"));
    }

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "aud is a list of this server and another", Then = "it is accepted", Holds = false,
        Because = "it is refused. The other server could use it here, which the draft update of this RFC forbids too")]
    public async Task Several_audiences_are_refused() =>
        await AssertRefusedAsync(
            Forge.Sign(payload => payload["aud"] = new JsonArray(ApiFactory.Issuer, "https://other.example")));

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "exp is in the past", Then = "it is refused, after a leeway of 30 seconds")]
    public async Task Expired_assertion_is_refused()
    {
        Assert.Equal(200, (await server.AskWithAsync(Forge.Sign(payload => payload["exp"] = Forge.Now - 29))).Status);
        await AssertRefusedAsync(Forge.Sign(payload => payload["exp"] = Forge.Now - 30));
    }

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "exp is one hour in the future", Then = "the server may refuse it, and does")]
    public async Task Long_assertion_is_refused() =>
        await AssertRefusedAsync(Forge.Sign(payload => payload["exp"] = Forge.Now + 3600));

    [Statement("RFC 7523 §3", Given = "an assertion", When = "nbf is one minute in the future", Then = "it is refused")]
    public async Task Early_assertion_is_refused() =>
        await AssertRefusedAsync(Forge.Sign(payload => payload["nbf"] = Forge.Now + 60));

    [Statement("RFC 7523 §3",
        Given = "an unexpired assertion", When = "iat is one hour ago", Then = "the server may refuse it, and accepts it")]
    public async Task Age_alone_is_no_fault() =>
        Assert.Equal(200, (await server.AskWithAsync(Forge.Sign(payload => payload["iat"] = Forge.Now - 3600))).Status);

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "it is sent twice",
        Then = "the server may refuse the second use because of its jti, and does")]
    public async Task Assertion_is_good_once()
    {
        var assertion = Forge.Sign();

        Assert.Equal(200, (await server.AskWithAsync(assertion)).Status);
        await AssertRefusedAsync(assertion);
    }

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "it has no jti", Then = "it is accepted, because the claim is optional", Holds = false,
        Because = "it is refused. Without a jti, the server cannot detect a second use")]
    public async Task Identifier_is_needed() => await AssertRefusedAsync(Forge.Sign(payload => payload.Remove("jti")));

    [Statement("RFC 7523 §3",
        Given = "an assertion", When = "it is unsigned, or signed with a key of another client", Then = "it is refused")]
    public async Task Signature_is_that_of_the_client()
    {
        await AssertRefusedAsync(Forge.Unsigned("none"));
        await AssertRefusedAsync(Forge.Sign(key: server.Keys.OtherRsa));
    }

    [Statement("RFC 7523 §5",
        Given = "a client with an RSA key", When = "it signs with RS256",
        Then = "it is accepted, because every server must support RS256")]
    public async Task Rs256_is_supported() => Assert.Equal(200, (await server.AskWithAsync(Forge.Sign())).Status);

    [Statement("RFC 7523bis (draft-ietf-oauth-rfc7523bis) §4",
        Given = "an assertion", When = "aud is a list with only the issuer", Then = "it is accepted")]
    public async Task List_of_one_audience_is_accepted() =>
        Assert.Equal(
            200, (await server.AskWithAsync(Forge.Sign(payload => payload["aud"] = new JsonArray(ApiFactory.Issuer)))).Status);

    [Statement("RFC 7523bis (draft-ietf-oauth-rfc7523bis) §4",
        Given = "an assertion", When = "aud is the token endpoint",
        Then = "it is refused, because only the issuer identifies the server", Holds = false,
        Because = "it is accepted, as RFC 7523 §3 allows. Many clients send it, and no other server has this URL")]
    public async Task Token_endpoint_is_an_audience() =>
        Assert.Equal(
            200, (await server.AskWithAsync(Forge.Sign(payload => payload["aud"] = ApiFactory.Issuer + "/oauth2/token"))).Status);

    [Statement("RFC 7523bis (draft-ietf-oauth-rfc7523bis) §4",
        Given = "an assertion", When = "typ is client-authentication+jwt", Then = "it is accepted")]
    public async Task Explicit_type_is_accepted() => Assert.Equal(
        200, (await server.AskWithAsync(Forge.Sign(header: header => header["typ"] = "client-authentication+jwt"))).Status);

    private async Task AssertRefusedAsync(string assertion, string more = "") =>
        Assert.Equal((401, "invalid_client"), (await server.AskWithAsync(assertion, more)).Outcome);
}
