using System.Text.Json;
using Api.Tests.Support;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The metadata of the server (RFC 8414).</summary>
[Collection(SharedServer.Name)]
public sealed class Rfc8414(Server server)
{
    private const string Path = "/.well-known/oauth-authorization-server";

    [Statement("RFC 8414 §2",
        Given = "the metadata", When = "issuer is read", Then = "it is an https URL without query and fragment")]
    public async Task Issuer_is_an_https_address()
    {
        var issuer = new Uri((await server.MetadataAsync()).GetProperty("issuer").GetString()!);

        Assert.Equal(("https", "", ""), (issuer.Scheme, issuer.Query, issuer.Fragment));
    }

    [Statement("RFC 8414 §2",
        Given = "the metadata", When = "token_endpoint and jwks_uri are requested", Then = "they are https URLs and respond")]
    public async Task Addresses_answer()
    {
        var metadata = await server.MetadataAsync();
        var token = new Uri(metadata.GetProperty("token_endpoint").GetString()!);
        var keys = new Uri(metadata.GetProperty("jwks_uri").GetString()!);

        Assert.Equal(("https", "https"), (token.Scheme, keys.Scheme));
        Assert.Equal(200, (await server.CallAsync(null, keys.AbsolutePath)).Status);
        Assert.Equal(200, (await server.PostAsync(
            token.AbsolutePath, Grant, "application/x-www-form-urlencoded", server.Basic("both"))).Status);
    }

    [Statement("RFC 8414 §2",
        Given = "a server with the grant authorization_code", When = "the metadata is read",
        Then = "it has authorization_endpoint")]
    public async Task Authorization_endpoint_is_there() => Assert.Equal(
        $"{ApiFactory.Issuer}/oauth2/authorize", (await server.MetadataAsync()).GetProperty("authorization_endpoint").GetString());

    [Statement("RFC 8414 §2",
        Given = "the metadata", When = "the required member response_types_supported is read",
        Then = "it has the response types that clients can request")]
    public async Task Response_types_work() =>
        Assert.Equal(["code"], Strings(await server.MetadataAsync(), "response_types_supported"));

    [Statement("RFC 8414 §2",
        Given = "the metadata", When = "scopes_supported is read",
        Then = "a client can get each of the scopes, those of OpenID Connect for a person")]
    public async Task Scopes_can_be_had()
    {
        foreach (var scope in Strings(await server.MetadataAsync(), "scopes_supported").Except(["openid", "profile", "email", "offline_access"]))
        {
            Assert.Equal(scope, (await server.AskAsync($"{Grant}&scope={scope}"))["scope"]);
        }
    }

    [Statement("RFC 8414 §2",
        Given = "the metadata", When = "grant_types_supported is read",
        Then = "it has the grants that work, not the default with implicit")]
    public async Task Grant_types_are_those_that_work()
    {
        Assert.Equal(
            ["client_credentials", "authorization_code", "refresh_token"], Strings(await server.MetadataAsync(), "grant_types_supported"));

        Assert.Equal(200, (await server.AskAsync()).Status);
        Assert.Equal((400, "unauthorized_client"), (await server.AskAsync("grant_type=authorization_code")).Outcome);
        Assert.Equal((400, "unauthorized_client"), (await server.AskAsync("grant_type=refresh_token")).Outcome);
    }

    [Statement("RFC 8414 §2",
        Given = "the metadata", When = "token_endpoint_auth_methods_supported is read",
        Then = "it has exactly the methods that work")]
    public async Task Authentication_methods_work()
    {
        Assert.Equal(
            ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
            Strings(await server.MetadataAsync(), "token_endpoint_auth_methods_supported"));
        Assert.Equal(200, (await server.AskAsync()).Status);
        Assert.Equal(
            200, (await server.AskAsync($"{Grant}&client_id=both&client_secret={server.SecretOf("both")}", client: null)).Status);
        Assert.Equal(200, (await server.AskWithAsync(server.Keys.Forge().Sign())).Status);
    }

    [Statement("RFC 8414 §2",
        Given = "a server with private_key_jwt", When = "token_endpoint_auth_signing_alg_values_supported is read",
        Then = "it is present, without none, and each of the algorithms works")]
    public async Task Signature_algorithms_work()
    {
        var algorithms = Strings(await server.MetadataAsync(), "token_endpoint_auth_signing_alg_values_supported");

        Assert.Equal(["ES256", "PS256", "RS256"], algorithms.Order(StringComparer.Ordinal));

        foreach (var algorithm in algorithms)
        {
            var assertion = server.Keys.Forge(algorithm is "ES256" ? "ec" : "rsa", algorithm).Sign();
            Assert.Equal(200, (await server.AskWithAsync(assertion)).Status);
        }
    }

    [Statement("RFC 8414 §3",
        Given = "an issuer without a path", When = "its metadata is requested below /.well-known",
        Then = "it is available without authentication")]
    public async Task Metadata_is_at_the_address_of_the_standard() =>
        Assert.Equal(200, (await server.CallAsync(null, Path)).Status);

    [Statement("RFC 8414 §3.1",
        Given = "an issuer with a path", When = "its metadata is requested with /.well-known/… between host and path",
        Then = "it is available", Holds = false,
        Because = "it is available at the path followed by /.well-known/…, as in OpenID Connect Discovery. A reverse "
            + "proxy can map the other URL")]
    public async Task Metadata_of_an_issuer_with_a_path()
    {
        using var api = new ApiFactory().Set("Issuer", "https://issuer.example/auth");

        Assert.Equal(401, (await server.CallAsync(null, Path + "/auth", api)).Status);
        Assert.Equal(200, (await server.CallAsync(null, "/auth" + Path, api)).Status);
    }

    [Statement("RFC 8414 §3.2",
        Given = "the metadata", When = "it is requested", Then = "the response is 200 with application/json, an object")]
    public async Task Metadata_is_json()
    {
        var answer = await server.CallAsync(null, Path);

        Assert.Equal((200, "application/json", JsonValueKind.Object), (answer.Status, answer.Type, answer.Json.ValueKind));
    }

    [Statement("RFC 8414 §3.2", Given = "the metadata", When = "it is read", Then = "no member is null or an empty list")]
    public async Task No_member_is_empty() => Assert.All(
        (await server.MetadataAsync()).EnumerateObject(),
        member => Assert.False(member.Value.GetRawText() is "null" or "[]" or "\"\"", member.Name));

    [Statement("RFC 8414 §3.2",
        Given = "an unknown URL below /.well-known", When = "it is requested", Then = "the response is an HTTP error")]
    public async Task Nothing_is_an_error() =>
        Assert.InRange((await server.CallAsync(null, "/.well-known/unknown")).Status, 400, 499);

    [Statement("RFC 8414 §3.3",
        Given = "the metadata", When = "issuer is compared with the URL it was requested from",
        Then = "they match, character by character")]
    public async Task Issuer_is_that_of_the_address() =>
        Assert.Equal(ApiFactory.Issuer, (await server.CallAsync(null, Path))["issuer"]);
}
