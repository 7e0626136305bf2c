using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Api.Sessions;
using Api.Tests.SignIn;
using Api.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Api.Tests.Attacks;

/// <summary>
/// What can be used once, used 200 times at once at two instances of the app, with each engine of the document store: one use succeeds, and
/// the others are refused.
/// </summary>
public abstract class OneTimeUseContract : InstancesContract
{
    private const int Uses = 200;

    public static TheoryData<string> Contract => NamesOf(typeof(OneTimeUseContract));

    protected async Task One_code_gets_tokens_once()
    {
        using var here = new SignInApp(await StartAsync());
        using var there = new SignInApp(await StartAsync());
        await here.InitializeAsync();
        var code = await here.GetCodeAsync();

        var answers = await AtOnceAsync(number => (number % 2 is 0 ? here : there).RedeemAsync(code));

        Assert.Single(answers, answer => answer.Status is 200);
        Assert.Equal(
            Uses - 1, answers.Count(answer => answer.Status is 400 && answer.Body.GetProperty("error").GetString() is "invalid_grant"));
    }

    protected async Task One_link_makes_one_passkey()
    {
        ApiFactory[] instances = [await StartAsync(), await StartAsync()];
        var user = await instances[0].AddUserAsync("ada");
        var link = await instances[0].LinkAsync(user);
        var begun = new List<(Browser Browser, JsonElement Options)>();

        for (var number = 0; number < Uses; number++)
        {
            var browser = new Browser(instances[number % 2]);
            begun.Add((browser, await browser.BeginAsync($"/enroll/{link}/options")));
        }

        var statuses = await AtOnceAsync(number => begun[number].Browser.AnswerAsync(
            $"/enroll/{link}", begun[number].Options, new Authenticator(ApiFactory.Issuer).Create(begun[number].Options.GetProperty("options"))));

        AssertOnce(statuses);
        Assert.Single(await instances[1].UsersOf().ListPasskeysAsync(user.Sub, default));
        Assert.Single(await SessionsAsync(instances[1], user.Sub));
    }

    protected async Task One_registration_makes_one_passkey()
    {
        ApiFactory[] instances = [await StartAsync(), await StartAsync()];
        var (user, browser, _) = await instances[0].EnrollAsync("ada");
        var begun = await browser.BeginAsync("/account/passkeys/options");
        var credential = new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options"));

        var statuses = await AtOnceAsync(
            number => browser.At(instances[number % 2]).AnswerAsync("/account/passkeys", begun, (JsonObject)credential.DeepClone()));

        AssertOnce(statuses);
        Assert.Equal(2, (await instances[1].UsersOf().ListPasskeysAsync(user.Sub, default)).Length);
    }

    protected async Task One_sign_in_starts_one_session()
    {
        ApiFactory[] instances = [await StartAsync(), await StartAsync()];
        var (user, _, authenticator) = await instances[0].EnrollAsync("ada");
        var browser = new Browser(instances[0]);
        var begun = await browser.BeginAsync("/sign-in/options");
        var credential = authenticator.Get(begun.GetProperty("options"));

        var statuses = await AtOnceAsync(
            number => browser.At(instances[number % 2]).AnswerAsync("/sign-in", begun, (JsonObject)credential.DeepClone()));

        AssertOnce(statuses);
        // The first session is that of the link.
        Assert.Equal(2, (await SessionsAsync(instances[1], user.Sub)).Length);
    }

    private static Task<T[]> AtOnceAsync<T>(Func<int, Task<T>> use) =>
        Task.WhenAll(Enumerable.Range(0, Uses).Select(number => Task.Run(() => use(number))));

    private static void AssertOnce(HttpStatusCode[] statuses)
    {
        Assert.Single(statuses, HttpStatusCode.NoContent);
        Assert.Equal(Uses - 1, statuses.Count(status => status is HttpStatusCode.Forbidden));
    }

    private static async Task<Session[]> SessionsAsync(ApiFactory api, string sub) =>
        [.. await api.Services.GetRequiredService<SessionStore>().ListAsync(sub, default)];
}

public sealed class OneTimeUseTests : OneTimeUseContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class OneTimeUseOnAwsTests(MotoServer moto) : OneTimeUseContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
