using Amazon.DynamoDBv2;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Attacks;

/// <summary>Many uses of a code at once, over two instances with DynamoDB.</summary>
[Collection(MotoCollection.Name)]
public sealed class CodeAttacksOnAws(MotoServer moto) : IAsyncLifetime
{
    private readonly SettableTime _time = new(new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));
    private UnreliableProxy _proxy = null!;
    private string _table = "";

    public async Task InitializeAsync()
    {
        _proxy = await UnreliableProxy.StartAsync(moto.Address);
        _proxy.Answer = UnreliableProxy.OneByOne();
        _table = await moto.CreateTableAsync();
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [FactWith(Tool.Moto)]
    public async Task Of_200_requests_over_two_instances_one_gets_tokens()
    {
        using var app = new SignInApp(Start());
        await app.InitializeAsync();
        using var second = new SignInApp(Start());
        var code = await app.GetCodeAsync();

        var statuses = await Task.WhenAll(Enumerable.Range(0, 200).Select(async number =>
            (await (number % 2 is 0 ? app : second).RedeemAsync(code)).Status));

        // The emulator answers one request at a time, so some of the others run into a timeout.
        Assert.Equal(1, statuses.Count(status => status is 200));
        Assert.All(statuses, status => Assert.Contains(status, (int[])[200, 400, 503]));
    }

    private ApiFactory Start() => new ApiFactory
    {
        Time = _time,
        Replace = services => services.AddSingleton<IAmazonDynamoDB>(MotoServer.DynamoClientOf(_proxy.Address)),
    }.Set("DataTable", _table);
}
