using Api.Clients;
using Api.Tests.Support;

namespace Api.Tests.Clients;

public sealed class ClientSecretTests
{
    [Fact]
    public void Secret_has_256_bits_behind_a_prefix_and_is_kept_as_a_hash()
    {
        var (secret, clearText) = ClientSecret.Generate(TestKeys.CreatedAt);

        Assert.Matches("^ocs_[A-Za-z0-9_-]{43}$", clearText);
        Assert.Equal(ClientSecret.Hash(clearText), secret.Sha256.ToArray());
        Assert.NotEqual(clearText, ClientSecret.Generate(TestKeys.CreatedAt).ClearText);
    }

    [Fact]
    public void Each_unexpired_secret_is_accepted_and_no_other()
    {
        var (first, second, third) = (Generate(), Generate(), Generate());
        var client = new Client { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default, Secrets = [first.Secret, second.Secret] };

        Assert.Equal(first.Secret, client.FindSecret(ClientSecret.Hash(first.ClearText), Now));
        Assert.Equal(second.Secret, client.FindSecret(ClientSecret.Hash(second.ClearText), Now));
        Assert.Null(client.FindSecret(ClientSecret.Hash(third.ClearText), Now));
        Assert.Null((client with { Secrets = [first.Secret] }).FindSecret(ClientSecret.Hash(second.ClearText), Now));
    }

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public void Secret_is_good_until_it_expires(int seconds, bool isGood)
    {
        var (secret, clearText) = ClientSecret.Generate(Now.AddHours(-1), Now.AddSeconds(-seconds));
        var client = new Client { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default, Secrets = [secret] };

        Assert.Equal(isGood, client.FindSecret(ClientSecret.Hash(clearText), Now) is not null);
    }

    [Fact]
    public void Client_without_secrets_accepts_none_including_the_dummy_hash() =>
        Assert.Null(new Client { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default }.FindSecret(new byte[32], Now));

    private static DateTimeOffset Now => TestKeys.CreatedAt;

    private static (ClientSecret Secret, string ClearText) Generate() => ClientSecret.Generate(TestKeys.CreatedAt);
}
