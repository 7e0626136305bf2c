using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Clients;

namespace Api.Tests.Clients;

public sealed class ClientDocumentTests
{
    private static readonly Client Client = new()
    {
        ClientId = "orders",
        ClientName = "Orders",
        Scopes = ["USER", "ADMIN"],
        Secrets = [new("s1", new byte[32], new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)) { LastUsed = new(2026, 2, 1) }],
        Claims = ImmutableSortedDictionary<string, JsonElement>.Empty.Add("tenant", JsonSerializer.SerializeToElement("nord")),
        AccessTokenLifetime = TimeSpan.FromMinutes(5),
        AccessTokenReuse = TimeSpan.FromSeconds(20),
        AuthenticationMethod = "private_key_jwt",
        JwksUri = new("https://client.example/jwks"),
        Enabled = false,
        CreatedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
    };

    [Fact]
    public void Document_is_read_back_as_written()
    {
        var document = ClientDocument.Write(Client);

        Assert.Equal(document, ClientDocument.Write(ClientDocument.Parse("orders", document, "1")));
        Assert.Equal(
            [
                "access_token_lifetime", "access_token_reuse", "claims", "client_id", "client_name", "created_at", "enabled", "jwks",
                "jwks_uri", "scope", "secrets", "token_endpoint_auth_method", "updated_at",
            ],
            JsonNode.Parse(document)!.AsObject().Select(member => member.Key).Order());
    }

    [Theory]
    [InlineData("client_id", "\"ORDERS\"")]
    [InlineData("client_id", "\"\"")]
    [InlineData("client_id", "null")]
    [InlineData("access_token_lifetime", "59")]
    [InlineData("access_token_lifetime", "86401")]
    [InlineData("access_token_lifetime", "-1")]
    [InlineData("access_token_lifetime", "\"300\"")]
    [InlineData("claims", "{\"sub\":\"admin\"}")]
    [InlineData("claims", "{\"scope\":\"ADMIN\"}")]
    [InlineData("claims", "{\"cnf\":{}}")]
    [InlineData("claims", "[]")]
    [InlineData("claims", "null")]
    [InlineData("scope", "\"USER\\nADMIN\"")]
    [InlineData("scope", "null")]
    [InlineData("secrets", "[null]")]
    [InlineData("secrets", "null")]
    [InlineData("secrets", "[{\"id\":\"s\",\"sha256\":\"AAAA\",\"created_at\":\"2026-01-01T00:00:00Z\"}]")]
    [InlineData("secrets", "[{\"id\":\"s\",\"sha256\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"created_at\":\"2026-01-01T00:00:00Z\",\"last_used\":\"yesterday\"}]")]
    [InlineData("enabled", "\"yes\"")]
    [InlineData("token_endpoint_auth_method", "\"none\"")]
    [InlineData("jwks_uri", "\"http://client.example/jwks\"")]
    [InlineData("jwks_uri", "\"https://169.254.169.254/\"")]
    [InlineData("jwks", "[{\"kty\":\"oct\",\"k\":\"AAAA\"}]")]
    [InlineData("jwks", "[null]")]
    [InlineData("unknown", "1")]
    public void Document_that_breaks_a_rule_is_refused(string member, string value)
    {
        var document = JsonNode.Parse(ClientDocument.Write(Client))!.AsObject();
        document[member] = JsonNode.Parse(value);

        Assert.Throws<FormatException>(() => ClientDocument.Parse("orders", document.ToJsonString(), "1"));
    }

    [Theory]
    [InlineData("\"nord\"", "\"\\ud800\"")]
    [InlineData("\"jwks\":[]", "\"jwks\":[{\"kty\":\"RSA\",\"n\":\"\\ud800\",\"e\":\"AQAB\"}]")]
    public void Document_with_half_a_surrogate_pair_is_refused(string text, string damaged)
    {
        var document = ClientDocument.Write(Client);
        Assert.Contains(text, document, StringComparison.Ordinal);

        Assert.Throws<FormatException>(() => ClientDocument.Parse("orders", document.Replace(text, damaged, StringComparison.Ordinal), "1"));
    }

    [Fact]
    public void Error_for_a_damaged_document_does_not_quote_it()
    {
        var document = ClientDocument.Write(Client).Replace("\"nord\"", "tr{\"d\":\"AAAA\"}", StringComparison.Ordinal);

        var exception = Assert.Throws<FormatException>(() => ClientDocument.Parse("orders", document, "1"));

        Assert.DoesNotContain("AAAA", exception.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("-a")]
    [InlineData("a\n")]
    [InlineData("ä")]
    public void Document_with_an_invalid_id_is_refused(string clientId)
    {
        var document = ClientDocument.Write(Client with { ClientId = clientId });

        Assert.Throws<FormatException>(() => ClientDocument.Parse(clientId, document, "1"));
    }

    [Theory]
    [InlineData("client_id")]
    [InlineData("scope")]
    [InlineData("secrets")]
    [InlineData("enabled")]
    public void Document_without_a_member_is_refused(string member)
    {
        var document = JsonNode.Parse(ClientDocument.Write(Client))!.AsObject();
        document.Remove(member);

        Assert.Throws<FormatException>(() => ClientDocument.Parse("orders", document.ToJsonString(), "1"));
    }
}
