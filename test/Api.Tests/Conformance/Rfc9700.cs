using Api.Tests.Attacks;
using Api.Tests.Support;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The recommendations of RFC 9700 for the client credentials grant and private_key_jwt.</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc9700(Server server)
{
    [Statement("RFC 9700 §2.1.2",
        Given = "the server", When = "a browser requests a token with a URL",
        Then = "no token is issued, because a URL must not contain a token")]
    public async Task No_implicit_grant()
    {
        var answer = await server.CallAsync(null, "/oauth2/authorize?response_type=token&client_id=both");

        Assert.Equal((400, null), (answer.Status, answer.Response.Headers.Location));
    }

    [Statement("RFC 9700 §2.2.1",
        Given = "a token", When = "it is stolen",
        Then = "it is useless to the thief, because it is bound to a key of its client", Holds = false,
        Because = "it is a bearer token without cnf, as API Gateway's authorizer requires. It expires after one hour "
            + "by default")]
    public async Task Token_is_not_bound() => Assert.DoesNotContain("cnf", Names(Read(await server.TokenAsync())));

    [Statement("RFC 9700 §2.3",
        Given = "a client that requests one of its scopes", When = "the token is used where another scope is required",
        Then = "it is refused")]
    public async Task Token_has_no_more_rights_than_asked_for() =>
        Assert.Equal(403, (await server.CallAsync(await server.TokenAsync("USER"), "/admin/keys")).Status);

    [Statement("RFC 9700 §2.3",
        Given = "a token for another resource server", When = "it is sent to this server", Then = "it is refused")]
    public async Task Token_is_for_one_server() =>
        Assert.Equal(401, (await server.CallAsync(BadTokens.All["other aud"](server.Forge))).Status);

    [Statement("RFC 9700 §2.4",
        Given = "a client", When = "it requests a token with a user's password",
        Then = "it is refused, because the grant is not supported")]
    public async Task No_password_grant() => Assert.Equal(
        (400, "unsupported_grant_type"), (await server.AskAsync("grant_type=password&username=a&password=b")).Outcome);

    [Statement("RFC 9700 §2.5",
        Given = "a client with a key", When = "it is registered for private_key_jwt",
        Then = "it has no secret that could be stolen")]
    public async Task Client_with_a_key_has_no_secret()
    {
        var answer = await server.RegisterAsync($$"""
            "token_endpoint_auth_method":"private_key_jwt","jwks":{"keys":[{{ClientKeyPair.Ec().Jwk().ToJsonString()}}]}
            """);

        Assert.Equal(201, answer.Status);
        Assert.False(answer.Json.TryGetProperty("client_secret", out _));
    }

    [Statement("RFC 9700 §2.5",
        Given = "a client that is registered for one method", When = "it uses another", Then = "it is refused")]
    public async Task Method_can_be_fixed()
    {
        var client = await server.RegisterAsync("\"token_endpoint_auth_method\":\"client_secret_post\"");
        var (id, secret) = (client["client_id"], client["client_secret"]);

        Assert.Equal((401, "invalid_client"), (await server.AskAsync(client: id, secret: secret)).Outcome);
        Assert.Equal(200, (await server.AskAsync($"{Grant}&client_id={id}&client_secret={secret}", client: null)).Status);
    }

    [Statement("RFC 9700 §2.6",
        Given = "a client or a resource server", When = "it knows only the issuer", Then = "the metadata has everything else")]
    public async Task Metadata_is_published()
    {
        var names = Names((await server.CallAsync(null, "/.well-known/oauth-authorization-server")).Json);

        Assert.All(["issuer", "token_endpoint", "jwks_uri"], name => Assert.Contains(name, names));
    }

    [Statement("RFC 9700 §4.3.2", Given = "a valid token", When = "it is in the query of a URL", Then = "it is ignored")]
    public async Task Token_in_an_address_does_not_count() =>
        Assert.Equal(401, (await server.CallAsync(null, $"/user/me?access_token={await server.TokenAsync()}")).Status);

    [Statement("RFC 9700 §4.13", Given = "a caller", When = "it sends proxy headers", Then = "issuer and URLs do not change")]
    public async Task Headers_of_a_proxy_change_nothing()
    {
        var answer = await server.SendAsync(
            HttpMethod.Get,
            "/.well-known/openid-configuration",
            headers: [("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("Forwarded", "host=evil.example")]);

        Assert.Equal((await server.MetadataAsync()).GetRawText(), answer.Text);
    }

    [Statement("RFC 9700 §4.13",
        Given = "a caller", When = "it sends headers with which a gateway identifies an authenticated caller",
        Then = "they are ignored")]
    public async Task Headers_of_a_gateway_do_not_count() => Assert.Equal(
        401,
        (await server.SendAsync(
            HttpMethod.Get, "/admin/keys", headers: [("X-Forwarded-User", "both"), ("X-Amzn-Oidc-Identity", "both")])).Status);

    [Statement("RFC 9700 §4.15",
        Given = "a caller without the scope ADMIN", When = "it registers a client with a chosen client ID",
        Then = "it is refused")]
    public async Task Nobody_chooses_an_id()
    {
        const string Body = """{"client_id":"mine","client_name":"Mine","scope":"USER"}""";

        Assert.Equal(401, (await server.PostAsync("/admin/clients", Body, "application/json")).Status);
        Assert.Equal(
            403, (await server.PostAsync("/admin/clients", Body, "application/json", $"Bearer {await server.TokenAsync("USER")}")).Status);
    }
}
