using System.Net;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;
using Microsoft.AspNetCore.WebUtilities;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>
/// Each document of a sign-in, damaged in many ways, with each engine of the document store. No request fails with 500, none gets more than
/// before, and other users are not affected. Only a damaged user, who can be restored, is answered with 503.
/// </summary>
public abstract partial class DamagedDocumentContract : InstancesContract
{
    private static readonly HttpStatusCode[] RefusedOrNot = [HttpStatusCode.Forbidden, HttpStatusCode.NoContent];

    private WatchedDocumentStore _documents = null!;
    private SignInApp _app = null!;
    private User _ada = null!;
    private Browser _browser = null!;
    private Authenticator _passkey = null!;
    private User _eve = null!;
    private Authenticator _passkeyOfEve = null!;

    public static TheoryData<string> Contract => NamesOf(typeof(DamagedDocumentContract));

    /// <summary>The values that members get, one after the other, as JSON.</summary>
    protected virtual IReadOnlyList<string> Values => DamagedJson.Values;

    protected async Task Damaged_user_is_refused_or_unavailable()
    {
        await StartAsync();
        var token = await GetTokenAsync();

        await ForEachDamageAsync("user", restores: true, async () =>
        {
            await AnswersAsync(() => _browser.GetAsync("/account"), 200, 303);
            await AnswersAsync(() => _app.Api.GetAsync("/oauth2/userinfo", token), 200, 401, 503);
            await AnswersAsync(() => _app.Api.GetAsync("/admin/users", token), 200, 401, 403, 503);
            Assert.Contains(await new Browser(_app.Api).SignInAsync(_passkey), RefusedOrNot);
        });
    }

    protected async Task Damaged_passkey_does_not_sign_in()
    {
        await StartAsync();

        await ForEachDamageAsync("passkey#", restores: true, async () =>
        {
            Assert.Contains(await new Browser(_app.Api).SignInAsync(_passkey), RefusedOrNot);
            await AnswersAsync(() => _browser.GetAsync("/account"), 200);
        });
    }

    protected async Task Damaged_credential_does_not_sign_in()
    {
        await StartAsync();

        await ForEachDamageAsync("credential#", restores: true, async () =>
        {
            Assert.Equal(HttpStatusCode.Forbidden, await new Browser(_app.Api).SignInAsync(_passkey));
            await AnswersAsync(() => _browser.GetAsync("/account"), 200);
        });
    }

    protected async Task Damaged_user_name_finds_nobody()
    {
        await StartAsync();
        var token = await GetTokenAsync();

        await ForEachDamageAsync("username#", restores: true, async () =>
        {
            await AnswersAsync(() => _app.Api.GetAsync("/admin/users/ada", token), 404);
            await AnswersAsync(() => _app.Api.GetAsync($"/admin/users/{_ada.Sub}", token), 200);
            Assert.Equal(HttpStatusCode.NoContent, await new Browser(_app.Api).SignInAsync(_passkey));
        });
    }

    protected async Task Damaged_session_is_none()
    {
        await StartAsync();

        await ForEachDamageAsync("session#", restores: false, async () =>
        {
            await AnswersAsync(() => _browser.GetAsync("/account"), 200, 303);
            await AnswersAsync(AuthorizeAsync, 303);
            await AnswersAsync(() => _browser.PostFormAsync("/account/sessions/end"), 200, 303);
            Assert.Equal(HttpStatusCode.NoContent, await _browser.SignInAsync(_passkey));
        });
    }

    protected async Task Damaged_consent_is_asked_again()
    {
        await StartAsync();
        var path = $"/oauth2/authorize?{Encode(Request(("client_id", "asking"), ("scope", "openid USER"), ("prompt", "consent")))}";
        await AllowAsync(path);

        await ForEachDamageAsync("consent#", restores: true, async () =>
        {
            await AnswersAsync(() => _browser.GetAsync($"/oauth2/authorize?{Encode(Request(("client_id", "asking")))}"), 200, 303);
            await AllowAsync(path);
        });
    }

    protected async Task Damaged_link_does_not_work()
    {
        await StartAsync();
        var link = await _app.Api.LinkAsync(_ada);

        await ForEachDamageAsync("link", restores: false, async () =>
        {
            await AnswersAsync(() => new Browser(_app.Api).GetAsync($"/enroll/{link}"), 200, 404);
            await AnswersAsync(() => new Browser(_app.Api).PostFormAsync($"/enroll/{link}/options"), 200, 403);
            link = await _app.Api.LinkAsync(_ada);
        });
    }

    protected async Task Damaged_ceremony_is_refused()
    {
        await StartAsync();
        var visitor = new Browser(_app.Api);
        var begun = await visitor.BeginAsync("/sign-in/options");

        await ForEachDamageAsync("ceremony#", restores: false, async () =>
        {
            var answer = _passkey.Get(begun.GetProperty("options"));
            Assert.Equal(HttpStatusCode.Forbidden, await visitor.AnswerAsync("/sign-in", begun, answer));
            begun = await visitor.BeginAsync("/sign-in/options");
        });
    }

    protected async Task Damaged_demand_is_asked_again()
    {
        await StartAsync();
        var back = await DemandAsync();

        await ForEachDamageAsync("demand#", restores: false, async () =>
        {
            await AnswersAsync(() => _browser.GetAsync(back), 303);
            await AnswersAsync(() => _browser.GetAsync(back.Replace("&prompt=login", "", StringComparison.Ordinal)), 303);
            back = await DemandAsync();
        });
    }

    private new async Task StartAsync()
    {
        _documents = new(await OpenAsync());
        _app = new(Start(_documents));
        await _app.AddClientsAsync(client => client);
        _eve = await _app.AddUserAsync("eve", "USER");
        _passkeyOfEve = new(ApiFactory.Issuer);
        Assert.Equal(HttpStatusCode.NoContent, await new Browser(_app.Api).EnrollAsync(await _app.Api.LinkAsync(_eve), _passkeyOfEve));
        _ada = await _app.AddUserAsync("ada", "USER ADMIN");
        (_browser, _passkey) = (new(_app.Api), new(ApiFactory.Issuer));
        Assert.Equal(HttpStatusCode.NoContent, await _browser.EnrollAsync(await _app.Api.LinkAsync(_ada), _passkey));
    }

    // Damages the document of this kind that was written last. A document that is not restored is written again by the steps.
    private async Task ForEachDamageAsync(string kind, bool restores, Func<Task> takeSteps)
    {
        var damages = DamagedJson.Of(_documents.Last(kind).Json, [.. Values, $"\"{_eve.Sub}\""]).Append(_ => _eve.Sub).ToArray();
        Assert.InRange(damages.Length, 5, 1000);

        foreach (var damage in damages)
        {
            var sound = _documents.Last(kind);
            var damaged = sound with { Json = damage(sound.Json), Version = Document.NewVersion() };
            Assert.True(await _documents.ReplaceAsync(damaged), damaged.Json);

            try
            {
                await takeSteps();
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{damaged.Key} {damaged.Json}", exception);
            }

            Assert.True(!restores || await _documents.ReplaceAsync(sound with { Version = Document.NewVersion() }));
        }

        Assert.Equal(HttpStatusCode.NoContent, await new Browser(_app.Api).SignInAsync(_passkeyOfEve));
    }

    private static async Task AnswersAsync(Func<Task<HttpResponseMessage>> request, params int[] statuses)
    {
        using var response = await request();
        Assert.Contains((int)response.StatusCode, statuses);
    }

    private async Task AllowAsync(string path)
    {
        using var page = await _browser.GetAsync(path);
        ReadForm(page, out var form);
        using var answer = await _browser.PostFormAsync(
            "/oauth2/authorize", [.. form.Select(field => (field.Key, field.Value)), ("decision", "allow")]);
        Assert.Contains("code", ReadAnswer(answer).Keys);
    }

    private async Task<string> GetTokenAsync()
    {
        using var response = await _browser.GetAsync($"/oauth2/authorize?{Encode(Request(("scope", "openid ADMIN")))}");

        return (await _app.RedeemAsync(ReadAnswer(response)["code"])).Body.GetProperty("access_token").GetString()!;
    }

    // The address to which the browser returns from the sign-in page.
    private async Task<string> DemandAsync()
    {
        using var response = await _browser.GetAsync($"/oauth2/authorize?{Encode(Request(("prompt", "login")))}");

        return QueryHelpers.ParseQuery(response.Headers.Location!.OriginalString["/sign-in".Length..])["return_to"].ToString();
    }
}

public sealed class DamagedDocumentTests : DamagedDocumentContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class DamagedDocumentOnAwsTests(MotoServer moto) : DamagedDocumentContract
{
    // The emulator is slow. These values could be keys, which DynamoDB limits.
    protected override IReadOnlyList<string> Values => ["null", "\"\"", DamagedJson.Long];

    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
