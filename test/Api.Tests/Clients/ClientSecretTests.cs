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
    public void Each_live_secret_is_good_and_no_other()
    {
        var (first, second, third) = (Generate(), Generate(), Generate());
        var client = new Client { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default, Secrets = [first.Secret, second.Secret] };

        Assert.True(client.HasSecret(ClientSecret.Hash(first.ClearText)));
        Assert.True(client.HasSecret(ClientSecret.Hash(second.ClearText)));
        Assert.False(client.HasSecret(ClientSecret.Hash(third.ClearText)));
        Assert.False((client with { Secrets = [first.Secret] }).HasSecret(ClientSecret.Hash(second.ClearText)));
    }

    [Fact]
    public void Client_without_secrets_has_none_not_even_the_hash_it_compares_with() =>
        Assert.False(new Client { ClientId = "c", ClientName = "c", Scopes = [], CreatedAt = default }.HasSecret(new byte[32]));

    private static (ClientSecret Secret, string ClearText) Generate() => ClientSecret.Generate(TestKeys.CreatedAt);
}
