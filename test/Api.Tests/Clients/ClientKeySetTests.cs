using System.Text;
using System.Text.Json.Nodes;
using Api.Clients;
using Api.Tests.Support;

namespace Api.Tests.Clients;

/// <summary>How a JWK Set that a client publishes is parsed (RFC 7517 §5).</summary>
public sealed class ClientKeySetTests
{
    private static readonly ClientKeyPair Rsa = ClientKeyPair.Rsa();
    private static readonly ClientKeyPair Ec = ClientKeyPair.Ec();

    [Fact]
    public void Keys_for_other_uses_are_ignored()
    {
        var encryption = Rsa.Jwk("enc");
        encryption["use"] = "enc";
        var okp = new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = "AAAA" };

        var set = Parse(encryption, Rsa.Jwk("rsa"), okp, Rsa.Jwk("weak", "RS512"), Ec.Jwk("ec"), new JsonObject());

        Assert.Null(set.Fault);
        Assert.Equal(["rsa", "ec"], set.Keys.Select(key => key.Kid));
        Assert.True(set.Has("ec"));
        Assert.False(set.Has("enc"));
    }

    [Fact]
    public void Set_with_a_private_key_is_refused_even_if_the_key_is_not_for_signatures()
    {
        var leaked = Rsa.Jwk("enc");
        (leaked["use"], leaked["d"]) = ("enc", "AAAA");
        var symmetric = new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" };

        Assert.Contains("private or symmetric", Parse(Rsa.Jwk("rsa"), leaked).Fault, StringComparison.Ordinal);
        Assert.Contains("private or symmetric", Parse(Rsa.Jwk("rsa"), symmetric).Fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Set_has_at_most_10_usable_keys(int count, bool isGood)
    {
        var set = Parse([.. Enumerable.Range(0, count).Select(number => Ec.Jwk($"{number}"))]);

        Assert.Equal(isGood, set.Fault is null);
        Assert.Equal(isGood ? count : 0, set.Keys.Length);
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void Set_has_at_most_100_keys(int count, bool isGood) =>
        Assert.Equal(isGood, Parse([Rsa.Jwk(), .. Enumerable.Range(1, count - 1).Select(_ => new JsonObject())]).Fault is null);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html>")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[]}""")]
    [InlineData("""{"keys":[1]}""")]
    [InlineData("""{"keys":[null]}""")]
    [InlineData("""{"keys":[{}],"keys":[]}""")]
    [InlineData("""{"keys":[{"kty":"RSA","kty":"EC"}]}""")]
    [InlineData("""{"keys":[{"kty":"\ud800"}]}""")]
    [InlineData("""{"keys":[[[[[[[[[[]]]]]]]]]]}""")]
    public void Document_that_is_not_a_key_set_is_refused(string json)
    {
        var set = ClientKeySet.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Empty(set.Keys);
        Assert.StartsWith("The key set at the client's jwks_uri ", set.Fault, StringComparison.Ordinal);
    }

    private static ClientKeySet Parse(params JsonNode[] keys) =>
        ClientKeySet.Parse(Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray(keys) }.ToJsonString()));
}
