using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Attacks;

/// <summary>Attacks on authorization codes (RFC 9700 §4.4, §4.5, §4.8): interception, injection, downgrade, mix-up, and many at once.</summary>
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

    [Fact]
    public async Task Of_200_requests_over_two_instances_one_gets_tokens()
    {
        using var second = new SignInApp(new ApiFactory { Time = _app.Api.Time }.Set("DataDirectory", _app.Api.DataDirectory));
        var code = await _app.GetCodeAsync();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
            (await (number % 2 is 0 ? _app : second).RedeemAsync(code)).Status));

        Assert.Equal((1, 199), (statuses.Count(status => status is 200), statuses.Count(status => status is 400)));
    }
}
