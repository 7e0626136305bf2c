using System.Buffers.Text;
using System.Security.Cryptography;
using Api.Clients;
using Api.Keys;

namespace Api.Tests.Support;

/// <summary><see cref="Leaks"/> finds every form of a private key or secret.</summary>
public sealed class LeaksTests
{
    [Theory]
    [InlineData("""{"kty":"RSA","d":"AQ"}""")]
    [InlineData("""{"kty":"RSA", "qi" : "AQ"}""")]
    [InlineData("""{\"dp\":\"AQ\"}""")]
    [InlineData("""{"kty":"RSA","oth":[]}""")]
    [InlineData("""{"kty":"RSA","d":""")]
    public void Private_member_of_a_JWK_is_found(string text) => Assert.True(Leaks.IsPrivate(text));

    [Fact]
    public void Claim_with_the_name_of_a_private_member_is_not_reported() => Assert.False(Leaks.IsPrivate("""{"claims":{"d":[1,"x"], "q" : 1}}"""));

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    [InlineData(4096)]
    public void Private_key_in_PKCS8_is_found(int size)
    {
        using var rsa = RSA.Create(size);

        Assert.True(Leaks.IsPrivate(Convert.ToBase64String(rsa.ExportPkcs8PrivateKey())));
        Assert.True(Leaks.IsPrivate(Base64Url.EncodeToString(rsa.ExportPkcs8PrivateKey())));
        Assert.False(Leaks.IsPrivate(Convert.ToBase64String(rsa.ExportSubjectPublicKeyInfo())));
    }

    [Fact]
    public void Client_secret_and_token_are_found()
    {
        Assert.True(Leaks.IsSecret($"refused {ClientSecret.Generate(TestKeys.CreatedAt).ClearText}."));
        Assert.True(Leaks.IsSecret($"Bearer eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvcmRlcnMifQ.{new string('A', 342)}"));
        Assert.False(Leaks.IsSecret("Token issued to 'orders' for 'USER': jti kq5uNn2wGvq8rP9pT7bYwA"));
    }

    [Fact]
    public void Ring_document_is_found() =>
        Assert.True(Leaks.IsPrivate(System.Text.Encoding.UTF8.GetString(KeyRingDocument.Write([TestKeys.First]))));

    [Fact]
    public void ToString_of_a_key_has_no_private_part() =>
        Assert.Equal(TestKeys.First.Kid, TestKeys.First.ToString());
}
