using System.Text.Json.Nodes;
using Api.Tests.Support;
using static Api.Tests.Support.SignInApp;

namespace Api.Tests.Attacks;

/// <summary>
/// ID tokens as <c>id_token_hint</c> (OpenID Connect Core 1.0 §3.1.2.1), signed with the server's own key, each with one fault. A logout with
/// a good one ends the session without a question.
/// </summary>
public sealed class HintAttacks : IAsyncLifetime, IDisposable
{
    private static readonly Dictionary<string, (Action<JsonObject>? Payload, Action<JsonObject>? Header)> Faults = new()
    {
        ["access token of the client"] = (payload => payload["client_id"] = "app", null),
        ["for the API"] = (payload => payload["aud"] = "api", null),
        ["for two clients"] = (payload => payload["aud"] = new JsonArray("app", "web"), null),
        ["without audience"] = (payload => payload.Remove("aud"), null),
        ["of another issuer"] = (payload => payload["iss"] = "https://other.example", null),
        ["of an issuer with a slash"] = (payload => payload["iss"] = $"{ApiFactory.Issuer}/", null),
        ["without session"] = (payload => payload.Remove("sid"), null),
        ["without end"] = (payload => payload.Remove("exp"), null),
        ["of another user"] = (payload => payload["sub"] = "usr_aaaaaaaaaaaaaaaaaaaa", null),
        ["of another type"] = (null, header => header["typ"] = "at+jwt"),
        ["with an unknown key"] = (null, header => header["kid"] = "unknown"),
        ["without key ID"] = (null, header => header.Remove("kid")),
        ["with another algorithm"] = (null, header => header["alg"] = "PS256"),
    };

    private readonly SignInApp _app = new();

    public static TheoryData<string> Names => [.. Faults.Keys];

    public Task InitializeAsync() => _app.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _app.Dispose();

    [Fact]
    public async Task Hint_without_fault_ends_the_session() => Assert.Contains("You are signed out", await LogoutAsync(Forge()), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Hint_with_a_fault_is_none(string name)
    {
        var hint = Forge(Faults[name].Payload, Faults[name].Header);

        Assert.Contains("name=\"decision\" value=\"allow\"", await LogoutAsync(hint), StringComparison.Ordinal);
        using var silent = await _app.AuthorizeAsync(("prompt", "none"), ("id_token_hint", hint));
        Assert.Equal("login_required", ReadAnswer(silent)["error"]);
    }

    [Fact]
    public async Task Hint_of_another_key_or_without_signature_is_none()
    {
        var forge = new TokenForge(TestKeys.First, ApiFactory.Issuer, _app.Api.Time.Now);
        var unsigned = forge.Header("none");
        unsigned["typ"] = "JWT";

        foreach (var hint in (string[])
            [forge.Sign(body: Payload(), key: TestKeys.Foreign), $"{TokenForge.Encode(unsigned)}.{TokenForge.Encode(Payload())}.", $"{Forge()}A"])
        {
            Assert.Contains("name=\"decision\" value=\"allow\"", await LogoutAsync(hint), StringComparison.Ordinal);
        }
    }

    private string Forge(Action<JsonObject>? payload = null, Action<JsonObject>? header = null) =>
        new TokenForge(TestKeys.First, ApiFactory.Issuer, _app.Api.Time.Now).Sign(payload, header, body: Payload());

    private JsonObject Payload() => new()
    {
        ["iss"] = ApiFactory.Issuer,
        ["sub"] = _app.Ann.Sub,
        ["aud"] = "app",
        ["iat"] = _app.Api.Time.Now.ToUnixTimeSeconds(),
        ["exp"] = _app.Api.Time.Now.ToUnixTimeSeconds() + 60,
        ["sid"] = _app.Session.Sid,
    };

    private async Task<string> LogoutAsync(string hint)
    {
        using var response = await _app.BrowseAsync($"/oauth2/logout?id_token_hint={hint}", _app.Cookie);

        return await response.Content.ReadAsStringAsync();
    }
}
