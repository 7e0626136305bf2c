using Api.Tests.SignIn;
using Api.Tests.Support;

namespace Api.Tests.Gateway;

/// <summary>People sign in to the published app behind the gateway, with DynamoDB.</summary>
[Collection(GatewayCollection.Name)]
public sealed class SignInTests(MotoServer moto)
{
    [FactWith(Tool.GatewayAndBrowser)]
    public async Task Whole_way_of_a_person_and_an_app_works_in_a_browser()
    {
        await using var stack = await Stack.DeployAsync(moto);

        await WholeWay.AssertAsync(stack.Api.Address, stack.CommandLineSettings);
    }

    [FactWith(Tool.GatewayAndBrowser)]
    public async Task Pages_work_in_a_browser()
    {
        await using var stack = await Stack.DeployAsync(moto);
        var link = await WholeWay.InviteAsync(stack.Api.Address, "ada", stack.CommandLineSettings);

        await PasskeysInBrowserTests.AssertPagesAsync(stack.Api.Address, link);
    }
}
