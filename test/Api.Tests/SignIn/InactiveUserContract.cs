using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Api.OAuth;
using Api.Storage;
using Api.Tests.Support;
using Api.Users;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.SignIn;

/// <summary>
/// A user becomes inactive between two requests, with each engine of the document store. Each step of a sign-in and each use of it is then
/// refused, and other users are not affected. Only the document of the user changes: sessions and passkeys remain stored.
/// </summary>
public abstract partial class InactiveUserContract : InstancesContract
{
    public static TheoryData<string> Contract => NamesOf(typeof(InactiveUserContract));

    protected async Task Disabled_user_is_refused_at_each_step()
    {
        using var person = await PrepareAsync();

        Assert.True(await person.Users.ChangeAsync(person.User, person.User with { Enabled = false, Version = "2" }, default));

        await AssertRefusedAsync(person, tokens: 401, code: 400);
    }

    protected async Task Removed_user_is_refused_at_each_step()
    {
        using var person = await PrepareAsync();

        Assert.True(await person.Users.RemoveAsync(person.User, default));

        await AssertRefusedAsync(person, tokens: 401, code: 400);
    }

    protected async Task User_whose_document_is_gone_is_refused_at_each_step()
    {
        using var person = await PrepareAsync();

        Assert.True(await (await OpenAsync()).WriteAsync([new DocumentWrite.Delete(KeyOf(person.User), person.User.Version)], default));

        await AssertRefusedAsync(person, tokens: 401, code: 400);
    }

    protected async Task Damaged_user_is_refused_at_each_step()
    {
        using var person = await PrepareAsync();
        var damaged = new Document(KeyOf(person.User), "{") { List = "user" };

        Assert.True(await (await OpenAsync()).WriteAsync([new DocumentWrite.Replace(damaged, person.User.Version)], default));

        // Like those of a damaged client: the document can be restored.
        await AssertRefusedAsync(person, tokens: 503, code: 503);
    }

    private static DocumentKey KeyOf(User user) => new(UserStore.PartitionOf(user.Sub), "user");

    // Each step, up to the request that is sent after the change.
    private async Task<Person> PrepareAsync()
    {
        var api = await StartAsync();
        var app = new SignInApp(api);
        await app.AddClientsAsync(client => client);
        var user = await app.AddUserAsync("ada", "USER ADMIN");
        var (browser, other, visitor) = (new Browser(api), new Browser(api), new Browser(api));
        var passkey = new Authenticator(ApiFactory.Issuer);
        Assert.Equal(HttpStatusCode.NoContent, await browser.EnrollAsync(await api.LinkAsync(user), passkey));
        var (_, eve, ofEve) = await api.EnrollAsync("eve");
        using var page = await browser.GetAsync("/account");
        using var authorized = await browser.GetAsync($"/oauth2/authorize?{Encode(Request(("scope", "openid ADMIN")))}");
        var (_, tokens) = await app.RedeemAsync(ReadAnswer(authorized)["code"]);
        var secret = await api.AddClientAsync("keeper", "ADMIN", client => SignsIn(client) with
        {
            AuthenticationMethod = null,
            GrantTypes = [GrantTypes.AuthorizationCode, GrantTypes.RefreshToken],
        });
        using var stays = await browser.GetAsync(
            $"/oauth2/authorize?{Encode(Request(("client_id", "keeper"), ("scope", "openid ADMIN offline_access")))}");
        var (_, staying) = await app.RedeemAsync(ReadAnswer(stays)["code"], ("client_id", "keeper"), ("client_secret", secret));
        using var second = await browser.GetAsync($"/oauth2/authorize?{Encode(Request())}");
        var link = await api.LinkAsync(user);

        return new(app, user, browser, passkey, eve, ofEve)
        {
            Link = link,
            Other = other,
            Visitor = visitor,
            Enrollment = await other.BeginAsync($"/enroll/{link}/options"),
            SignIn = await visitor.BeginAsync("/sign-in/options"),
            Addition = await browser.BeginAsync("/account/passkeys/options"),
            Code = ReadAnswer(second)["code"],
            AccessToken = tokens.GetProperty("access_token").GetString()!,
            RefreshToken = staying.GetProperty("refresh_token").GetString()!,
            Secret = secret,
            PasskeyId = Passkeys().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value,
        };
    }

    private static async Task AssertRefusedAsync(Person person, int tokens, int code)
    {
        var (browser, api) = (person.Browser, person.App.Api);
        var passkeys = await person.PasskeysAsync();
        var authorize = $"/oauth2/authorize?{Encode(Request())}";

        Assert.Equal((404, ""), await AnswerAsync(browser.GetAsync($"/enroll/{person.Link}")));
        Assert.Equal((403, ""), await AnswerAsync(person.Other.PostFormAsync($"/enroll/{person.Link}/options")));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await person.Other.AnswerAsync($"/enroll/{person.Link}", person.Enrollment, NewPasskey(person.Enrollment)));
        Assert.Equal(
            HttpStatusCode.Forbidden,
            await person.Visitor.AnswerAsync("/sign-in", person.SignIn, person.Passkey.Get(person.SignIn.GetProperty("options"))));
        Assert.False(await person.Visitor.IsSignedInAsync());

        Assert.Equal((303, "/sign-in"), await AnswerAsync(browser.GetAsync(authorize)));
        Assert.Equal((303, "login_required"), await AnswerAsync(browser.GetAsync($"{authorize}&prompt=none")));
        Assert.Equal(
            (303, "/sign-in"),
            await AnswerAsync(browser.PostFormAsync(
                "/oauth2/authorize",
                [.. Request(("client_id", "asking")).Select(parameter => (parameter.Key, parameter.Value)), ("decision", "allow")])));
        Assert.Equal(code, (await person.App.RedeemAsync(person.Code)).Status);

        Assert.Equal(code, (await person.App.RefreshAsync(
            person.RefreshToken, ("client_id", "keeper"), ("client_secret", person.Secret))).Status);
        Assert.Equal(code is 400 ? (200, false) : (503, null), await IsActiveAsync(person, person.RefreshToken));
        Assert.Equal(code is 400 ? (200, false) : (503, null), await IsActiveAsync(person, person.AccessToken));
        Assert.Equal((tokens, ""), await AnswerAsync(api.GetAsync("/oauth2/userinfo", person.AccessToken)));
        Assert.Equal((tokens, ""), await AnswerAsync(api.GetAsync("/admin/users", person.AccessToken)));

        Assert.Equal((303, "/sign-in"), await AnswerAsync(browser.GetAsync("/account")));
        Assert.Equal((403, ""), await AnswerAsync(browser.PostFormAsync("/account/passkeys/options")));
        Assert.Equal(
            HttpStatusCode.Forbidden, await browser.AnswerAsync("/account/passkeys", person.Addition, NewPasskey(person.Addition)));
        Assert.Equal(
            (303, "/sign-in"),
            await AnswerAsync(browser.PostFormAsync($"/account/passkeys/{person.PasskeyId}/name", ("name", "mine"))));
        Assert.Equal(
            (303, "/sign-in"), await AnswerAsync(browser.PostFormAsync($"/account/passkeys/{person.PasskeyId}/remove")));
        Assert.Equal(passkeys, await person.PasskeysAsync());

        Assert.True(await person.Eve.IsSignedInAsync());
        Assert.Equal(HttpStatusCode.NoContent, await new Browser(api).SignInAsync(person.PasskeyOfEve));
    }

    private static async Task<(int Status, bool? IsActive)> IsActiveAsync(Person person, string token)
    {
        var (status, body) = await person.App.SendAsync(
            "/oauth2/introspect", new() { ["client_id"] = "keeper", ["client_secret"] = person.Secret, ["token"] = token });

        return (status, body.TryGetProperty("active", out var active) ? active.GetBoolean() : null);
    }

    // The status, and where the answer leads: the path of a page, or the error that the app gets.
    private static async Task<(int Status, string Next)> AnswerAsync(Task<HttpResponseMessage> request)
    {
        using var response = await request;
        var next = response.Headers.Location?.OriginalString ?? "";

        return ((int)response.StatusCode, next.StartsWith('/') ? next.Split('?')[0] : next is "" ? "" : ReadAnswer(response)["error"]);
    }

    private static System.Text.Json.Nodes.JsonObject NewPasskey(JsonElement begun) =>
        new Authenticator(ApiFactory.Issuer).Create(begun.GetProperty("options"));

    [GeneratedRegex("/account/passkeys/([A-Za-z0-9_-]{43})/name")]
    private static partial Regex Passkeys();

    // What a person holds when the account becomes inactive.
    private sealed record Person(SignInApp App, User User, Browser Browser, Authenticator Passkey, Browser Eve, Authenticator PasskeyOfEve)
        : IDisposable
    {
        public required string Link { get; init; }

        public required Browser Other { get; init; }

        public required Browser Visitor { get; init; }

        public required JsonElement Enrollment { get; init; }

        public required JsonElement SignIn { get; init; }

        public required JsonElement Addition { get; init; }

        public required string Code { get; init; }

        public required string AccessToken { get; init; }

        /// <summary>Of a sign-in to the client <c>keeper</c> that outlives the session.</summary>
        public required string RefreshToken { get; init; }

        /// <summary>The secret of <c>keeper</c>.</summary>
        public required string Secret { get; init; }

        public required string PasskeyId { get; init; }

        public UserStore Users => App.Api.UsersOf();

        public async Task<string[]> PasskeysAsync() =>
            [.. (await Users.ListPasskeysAsync(User.Sub, default)).Select(passkey => $"{passkey.Id} {passkey.Version}")];

        public void Dispose() => App.Dispose();
    }
}

public sealed class InactiveUserTests : InactiveUserContract
{
    [Theory]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => Task.FromResult(EngineUnderTest.Sqlite.Create());
}

[Collection(MotoCollection.Name)]
public sealed class InactiveUserOnAwsTests(MotoServer moto) : InactiveUserContract
{
    [TheoryWith(Tool.Moto)]
    [MemberData(nameof(Contract))]
    public Task Contract_is_kept(string test) => RunAsync(test);

    internal override Task<EngineUnderTest> CreateAsync() => EngineUnderTest.Dynamo.StartAsync(moto);
}
