using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Attacks;

/// <summary>Attacks on authorization codes (RFC 9700 §4.4, §4.5, §4.8): interception, injection, downgrade and mix-up.</summary>
public sealed class CodeAttacks : IAsyncLifetime, IDisposable
{
    private const string OtherVerifier = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private readonly SignInApp _app = new();

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Intercepted_code_is_worth_nothing_without_the_verifier()
    {
        var code = await _app.GetCodeAsync();

        Assert.Equal(400, (await _app.RedeemAsync(code, ("code_verifier", null))).Status);
        Assert.Equal(400, (await _app.RedeemAsync(code, ("code_verifier", OtherVerifier))).Status);
        Assert.Equal(400, (await _app.RedeemAsync(code, ("code_verifier", Challenge))).Status);
        Assert.Equal(200, (await _app.RedeemAsync(code)).Status);
    }

    [Fact]
    public async Task Injected_code_of_another_client_is_refused()
    {
        var code = await _app.GetCodeAsync(("client_id", "web"));

        Assert.Equal(400, (await _app.RedeemAsync(code)).Status);
        Assert.Equal(200, (await _app.RedeemAsync(code, ("client_id", "web"), ("client_secret", _app.Secret))).Status);
    }

    [Theory]
    [InlineData("code_challenge", null)]
    [InlineData("code_challenge_method", "plain")]
    [InlineData("code_challenge_method", null)]
    public async Task Pkce_cannot_be_left_out(string name, string? value)
    {
        foreach (var client in (string[])["app", "web"])
        {
            using var response = await _app.AuthorizeAsync(("client_id", client), (name, value));

            Assert.Equal("invalid_request", ReadAnswer(response)["error"]);
        }
    }

    [Fact]
    public async Task Issuer_is_named_in_codes_and_errors()
    {
        using var code = await _app.AuthorizeAsync();
        using var error = await _app.AuthorizeAsync(("scope", "\""));

        Assert.Equal(ApiFactory.Issuer, ReadAnswer(code)["iss"]);
        Assert.Equal(ApiFactory.Issuer, ReadAnswer(error)["iss"]);
    }
}
