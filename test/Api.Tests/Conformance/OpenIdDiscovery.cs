using Api.Tests.Support;
using static Api.Tests.Conformance.Server;

namespace Api.Tests.Conformance;

/// <summary>The metadata as OpenID Connect defines it.</summary>
[Collection(SharedServer.Name)]
public sealed class OpenIdDiscovery(Server server)
{
    private const string Path = "/.well-known/openid-configuration";

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "it is read",
        Then = "it has the members that verifiers need: issuer, jwks_uri, subject_types_supported, "
            + "id_token_signing_alg_values_supported, response_types_supported")]
    public async Task What_verifiers_need_is_there()
    {
        var names = Names(await server.MetadataAsync());

        Assert.All(
            ["issuer", "jwks_uri", "subject_types_supported", "id_token_signing_alg_values_supported", "response_types_supported"],
            name => Assert.Contains(name, names));
    }

    [Statement("OpenID Config OP §oidcc-discovery-endpoint-verification",
        Given = "the URL of the issuer", When = "its metadata is read",
        Then = "it has this issuer, all required members with https URLs, RS256 for ID tokens, and keys without private parts")]
    public async Task Metadata_is_that_of_an_openid_provider()
    {
        var metadata = await server.MetadataAsync();
        string[] endpoints = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"];
        string[] lists = ["response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported", "scopes_supported"];

        Assert.Equal(ApiFactory.Issuer, metadata.GetProperty("issuer").GetString());
        Assert.All(endpoints, name => Assert.StartsWith($"{ApiFactory.Issuer}/", metadata.GetProperty(name).GetString(), StringComparison.Ordinal));
        Assert.All(lists, name => Assert.NotEmpty(Strings(metadata, name)));
        Assert.Contains("RS256", Strings(metadata, "id_token_signing_alg_values_supported"));
        var keys = (await server.CallAsync(null, "/.well-known/jwks.json")).Json.GetProperty("keys").EnumerateArray().ToArray();
        Assert.NotEmpty(keys);
        Assert.All(keys, key => Assert.Equal(["alg", "e", "kid", "kty", "n", "use"], Names(key).Order()));
    }

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "it is read", Then = "authorization_endpoint and userinfo_endpoint are present")]
    public async Task Endpoints_are_there() =>
        Assert.Empty(new[] { "authorization_endpoint", "userinfo_endpoint" }.Except(Names(await server.MetadataAsync())));

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "a server without sign-in", When = "its metadata is read", Then = "it names no authorization endpoint")]
    public async Task Without_sign_in_there_is_no_endpoint()
    {
        using var api = new ApiFactory().Set("SignIn", "false");
        var metadata = (await server.CallAsync(null, Path, api)).Json;

        Assert.DoesNotContain("authorization_endpoint", Names(metadata));
        Assert.Equal(["client_credentials"], Strings(metadata, "grant_types_supported"));
        Assert.Equal(["token"], Strings(metadata, "response_types_supported"));
    }

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "response_types_supported is read", Then = "it has code and id_token", Holds = false,
        Because = "it has only code. The other response types send tokens through the browser (RFC 9700 §2.1.2)")]
    public async Task Only_code() =>
        Assert.Equal(["code"], Strings(await server.MetadataAsync(), "response_types_supported"));

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "scopes_supported is read", Then = "it has openid")]
    public async Task Openid_is_a_scope() =>
        Assert.Equal(["openid", "profile", "email", "USER", "ADMIN"], Strings(await server.MetadataAsync(), "scopes_supported"));

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "id_token_signing_alg_values_supported is read", Then = "it has RS256")]
    public async Task Rs256_is_named() =>
        Assert.Contains("RS256", Strings(await server.MetadataAsync(), "id_token_signing_alg_values_supported"));

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "a client with the grant client_credentials", When = "it requests a token",
        Then = "it gets no ID token, because no person signed in")]
    public async Task No_id_token_without_a_person() =>
        Assert.Equal(["access_token", "expires_in", "scope", "token_type"], Names((await server.AskAsync()).Json));

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "subject_types_supported is read",
        Then = "it is public, because every audience gets the same sub")]
    public async Task Subjects_are_public() =>
        Assert.Equal(["public"], Strings(await server.MetadataAsync(), "subject_types_supported"));

    [Statement("OpenID Connect Discovery 1.0 §3",
        Given = "the metadata", When = "claims_supported is compared with a token",
        Then = "it lists the claims of every token")]
    public async Task Claims_are_those_of_a_token() => Assert.Empty(
        Names(Read(await server.TokenAsync())).Except(Strings(await server.MetadataAsync(), "claims_supported")));

    [Statement("OpenID Connect Discovery 1.0 §4",
        Given = "an issuer with a path",
        When = "its metadata is requested at the path followed by /.well-known/openid-configuration",
        Then = "it is available, with that issuer")]
    public async Task Path_of_the_issuer_comes_first()
    {
        using var api = new ApiFactory().Set("Issuer", "https://issuer.example/auth");

        Assert.Equal("https://issuer.example/auth", (await server.CallAsync(null, "/auth" + Path, api))["issuer"]);
    }

    [Statement("OpenID Connect Discovery 1.0 §4.1",
        Given = "any caller", When = "it requests the metadata with GET", Then = "the metadata is available without a token")]
    public async Task Metadata_is_for_everybody() => Assert.Equal(200, (await server.CallAsync(null, Path)).Status);

    [Statement("OpenID Connect Discovery 1.0 §4.2",
        Given = "the metadata", When = "it is requested", Then = "the response is 200 with application/json")]
    public async Task Metadata_is_json()
    {
        var answer = await server.CallAsync(null, Path);

        Assert.Equal((200, "application/json"), (answer.Status, answer.Type));
    }

    [Statement("OpenID Connect Discovery 1.0 §4.3",
        Given = "the metadata and a token", When = "issuer and iss are compared", Then = "they match, character by character")]
    public async Task Issuer_is_that_of_the_tokens() => Assert.Equal(
        (await server.CallAsync(null, Path))["issuer"], Read(await server.TokenAsync()).GetProperty("iss").GetString());
}
