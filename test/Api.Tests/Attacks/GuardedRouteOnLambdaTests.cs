using Api.Tests.Support;

namespace Api.Tests.Attacks;

/// <summary>
/// The same tokens in events of a Lambda function. The app refuses them too, not only the gateway in front of it.
/// </summary>
public sealed class GuardedRouteOnLambdaTests(LambdaApi api) : IClassFixture<LambdaApi>
{
    public static TheoryData<string> Bad => [.. BadTokens.All.Keys];

    [Fact]
    public async Task Unchanged_token_is_accepted() =>
        Assert.All(await SendAsync(api.Forge.Sign()), response => Assert.Equal(200, response.Status));

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Bad_token_is_refused(string what)
    {
        var responses = await SendAsync(BadTokens.All[what](api.Forge));

        Assert.All(
            responses,
            response => Assert.Equal((401, BadTokens.Challenge(what)), (response.Status, response.Headers["www-authenticate"])));
    }

    private async Task<GatewayResponse[]> SendAsync(string token) =>
    [
        await api.SendAsync(GatewayRequest.Get("/user/me", ("authorization", $"Bearer {token}"))),
        await api.SendAsync(GatewayRequest.Get("/admin/keys", ("authorization", $"Bearer {token}"))),
    ];
}
