using System.Text.Json.Nodes;
using Api.Clients;
using Api.Tests.Support;

namespace Api.Tests.Clients;

/// <summary>The keys that a client is registered with (RFC 7591 §2): <c>jwks</c> or <c>jwks_uri</c>.</summary>
public sealed class ClientRegistrationTests
{
    private static readonly ClientKeyPair Rsa = ClientKeyPair.Rsa();

    [Fact]
    public void Jwks_or_jwks_uri_is_accepted()
    {
        var (withKeys, _) = Read("jwks", Set(Rsa.Jwk("one"), ClientKeyPair.Ec().Jwk("two"), ClientKeyPair.Ec().Jwk()));
        var (withAddress, _) = Read("jwks_uri", "https://keys.example/jwks.json");

        Assert.Equal(["one", "two", null], withKeys!.Keys.Select(key => key.Kid));
        Assert.Equal("https://keys.example/jwks.json", withAddress!.JwksUri!.OriginalString);
    }

    [Fact]
    public void Several_keys_need_different_kids()
    {
        Assert.Contains("its own kid", Refuse("jwks", Set(Rsa.Jwk("one"), ClientKeyPair.Ec().Jwk("one"))), StringComparison.Ordinal);
        Assert.Contains("its own kid", Refuse("jwks", Set(Rsa.Jwk(), ClientKeyPair.Ec().Jwk())), StringComparison.Ordinal);
    }

    [Fact]
    public void Client_has_1_to_10_keys()
    {
        JsonNode[] keys = [.. Enumerable.Range(0, 11).Select(number => ClientKeyPair.Ec().Jwk($"{number}"))];

        Assert.NotNull(Read("jwks", Set([.. keys[..10].Select(key => key.DeepClone())])).Client);
        Assert.Contains("1 to 10 keys", Refuse("jwks", Set(keys)), StringComparison.Ordinal);
        Assert.Contains("1 to 10 keys", Refuse("jwks", Set()), StringComparison.Ordinal);
        Assert.Contains("1 to 10 keys", Refuse("jwks", Rsa.Jwk()), StringComparison.Ordinal);
        Assert.Contains("1 to 10 keys", Refuse("jwks", new JsonArray(Rsa.Jwk())), StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_key_is_named_and_not_quoted()
    {
        var leaked = Rsa.Jwk("two");
        leaked["d"] = "c2VjcmV0";

        var refusal = Refuse("jwks", Set(Rsa.Jwk("one"), leaked));

        Assert.Contains("key 1 has the member 'd'", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://keys.example/")]
    [InlineData("https://10.0.0.1/")]
    [InlineData("https://localhost./")]
    public void Jwks_uri_that_is_not_public_is_refused(string address) =>
        Assert.StartsWith("jwks_uri ", Refuse("jwks_uri", address), StringComparison.Ordinal);

    [Fact]
    public void Jwks_and_jwks_uri_together_are_refused()
    {
        var registration = Registration();
        var members = Members();
        (members["jwks"], members["jwks_uri"]) = (Set(Rsa.Jwk()), "https://keys.example/");

        Assert.Null(registration.Read(members, Nobody));
        Assert.Contains("combined with jwks", Assert.Single(registration.Errors["jwks_uri"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Method_that_needs_a_key_is_refused_without_one() =>
        Assert.Contains("requires jwks or jwks_uri", Refuse("token_endpoint_auth_method", "private_key_jwt"), StringComparison.Ordinal);

    private static Client Nobody => new() { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default };

    private static JsonObject Members() => new() { ["client_name"] = "c", ["scope"] = "USER" };

    private static JsonObject Set(params JsonNode[] keys) => new() { ["keys"] = new JsonArray(keys) };

    private static ClientMetadataReader Registration() => new(new() { Issuer = ApiFactory.Issuer });

    private static (Client? Client, ClientMetadataReader Registration) Read(string name, JsonNode value)
    {
        var registration = Registration();
        var members = Members();
        members[name] = value;

        return (registration.Read(members, Nobody), registration);
    }

    private static string Refuse(string name, JsonNode value)
    {
        var (client, registration) = Read(name, value);
        Assert.Null(client);

        return Assert.Single(registration.Errors[name]);
    }
}
