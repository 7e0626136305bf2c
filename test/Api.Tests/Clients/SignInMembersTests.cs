using System.Text.Json.Nodes;
using Api.Clients;
using Api.Tests.Support;

namespace Api.Tests.Clients;

/// <summary>The members of clients through which people sign in (RFC 7591 §2).</summary>
public sealed class SignInMembersTests
{
    private const string App = "\"redirect_uris\":[\"https://app.example/callback\"]";

    private const string Public = $"\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\"],{App}";

    [Fact]
    public void Default_is_a_client_without_users()
    {
        var client = Read("").Client!;

        Assert.Equal("client_credentials", Assert.Single(client.GrantTypes));
        Assert.Equal((true, false, false), (client.RequirePkce, client.RequireConsent, client.IsPublic));
        Assert.Empty(client.RedirectUris);
    }

    [Fact]
    public void Every_member_is_stored_and_shown()
    {
        var (client, _) = Read($$"""
            "grant_types":["authorization_code","client_credentials"],{{App}},"require_consent":true,"require_pkce":false,
            "post_logout_redirect_uris":["https://app.example/"]
            """);

        var stored = ClientDocument.Parse("c", ClientDocument.Write(client!), "1");
        var shown = ClientMetadata.From(stored).ToEditable();

        Assert.Equal("""["authorization_code","client_credentials"]""", shown["grant_types"]!.ToJsonString());
        Assert.Equal("""["https://app.example/callback"]""", shown["redirect_uris"]!.ToJsonString());
        Assert.Equal("""["https://app.example/"]""", shown["post_logout_redirect_uris"]!.ToJsonString());
        Assert.True(shown["require_consent"]!.GetValue<bool>());
        Assert.False(shown["require_pkce"]!.GetValue<bool>());
    }

    [Fact]
    public void Public_client_is_stored()
    {
        var (client, _) = Read(Public);

        Assert.True(ClientDocument.Parse("c", ClientDocument.Write(client!), "1").IsPublic);
    }

    [Theory]
    [InlineData("grant_types", "\"grant_types\":[\"password\"]")]
    [InlineData("grant_types", "\"grant_types\":[\"refresh_token\"]")]
    [InlineData("grant_types", "\"grant_types\":\"authorization_code\"")]
    [InlineData("grant_types", "\"grant_types\":[null]")]
    [InlineData("grant_types", "\"grant_types\":[\"client_credentials\",\"client_credentials\"]")]
    [InlineData("redirect_uris", "\"grant_types\":[\"authorization_code\"]")]
    [InlineData("redirect_uris", "\"grant_types\":[\"authorization_code\"],\"redirect_uris\":[]")]
    [InlineData("redirect_uris", "\"redirect_uris\":[\"http://app.example/\"]")]
    [InlineData("redirect_uris", "\"redirect_uris\":[\"https://app.example/\",\"https://app.example/\"]")]
    [InlineData("redirect_uris", "\"redirect_uris\":\"https://app.example/\"")]
    [InlineData("redirect_uris", "\"redirect_uris\":[1]")]
    [InlineData("post_logout_redirect_uris", "\"post_logout_redirect_uris\":[\"javascript:alert(1)\"]")]
    [InlineData("require_consent", "\"require_consent\":\"true\"")]
    [InlineData("require_pkce", "\"require_pkce\":0")]
    [InlineData("token_endpoint_auth_method", "\"token_endpoint_auth_method\":\"none\"")]
    [InlineData(
        "token_endpoint_auth_method",
        "\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"client_credentials\",\"authorization_code\"],\"redirect_uris\":[\"https://app.example/\"]")]
    [InlineData(
        "token_endpoint_auth_method",
        "\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\"],\"redirect_uris\":[\"https://app.example/\"],\"jwks_uri\":\"https://keys.example/\"")]
    [InlineData(
        "require_pkce",
        "\"token_endpoint_auth_method\":\"none\",\"grant_types\":[\"authorization_code\"],\"redirect_uris\":[\"https://app.example/\"],\"require_pkce\":false")]
    public void Wrong_member_is_named(string member, string members)
    {
        var (client, errors) = Read(members);

        Assert.Null(client);
        Assert.Contains(member, errors.Keys);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void There_are_at_most_10_redirect_uris(int count, bool isValid)
    {
        var uris = string.Join(',', Enumerable.Range(0, count).Select(number => $"\"https://app.example/{number}\""));

        Assert.Equal(isValid, Read($"\"redirect_uris\":[{uris}]").Client is not null);
    }

    [Theory]
    [InlineData("grant_types", "[]")]
    [InlineData("grant_types", "[\"password\"]")]
    [InlineData("grant_types", "[\"client_credentials\",\"authorization_code\"]")]
    [InlineData("redirect_uris", "[]")]
    [InlineData("redirect_uris", "[null]")]
    [InlineData("redirect_uris", "[\"http://evil.example/\"]")]
    [InlineData("post_logout_redirect_uris", "[\"http://evil.example/\"]")]
    [InlineData("require_pkce", "false")]
    [InlineData("require_pkce", "1")]
    public void Modified_document_of_a_public_client_is_damaged(string member, string value)
    {
        var (client, _) = Read(Public);
        var document = JsonNode.Parse(ClientDocument.Write(client!))!.AsObject();
        document[member] = JsonNode.Parse(value);

        Assert.Throws<FormatException>(() => ClientDocument.Parse("c", document.ToJsonString(), "1"));
    }

    private static (Client? Client, IReadOnlyDictionary<string, string[]> Errors) Read(string members)
    {
        var reader = new ClientMetadataReader(new() { Issuer = ApiFactory.Issuer });
        var all = JsonNode.Parse($$"""{"client_name":"c","scope":"USER"{{(members is "" ? "" : $",{members}")}}}""")!.AsObject();

        return (reader.Read(all, new() { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default }), reader.Errors);
    }
}
